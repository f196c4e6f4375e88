"""One network of each family as ONNX: onnxruntime computes what torch computes."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.edit import fit, scale_width
from nas.errors import GenomeError
from nas.exports import ExportedData, export_model
from nas.genome import Genome
from nas.network import build
from nas.zoo import Entry, entries

for package in ("onnx", "onnxruntime", "onnxscript"):
    pytest.importorskip(package)

# Of deep families a shallow form, which has the same operations: torch's exporter takes a minute for 200 layers.
SHALLOW: dict[str, dict[str, Any]] = {
    "densenet_imagenet": {"blocks": (2, 2, 2, 2)},
    "dmrnet_imagenet": {"blocks": (1, 1, 1, 1)},
    "inception_resnet_v1": {"modules": (1, 1, 1)},
    "inception_resnet_v2": {"modules": (1, 1, 2)},
    "inception_v4": {"modules": (1, 1, 1)},
    "multi_resnet": {"depth": 11},
    "preresnet_cifar": {"depth": 14},
    "stochastic_depth": {"depth": 14},
}
FAMILIES: dict[str, Entry] = {}
for each in sorted(entries(), key=lambda entry: len(entry.genome)):
    FAMILIES.setdefault(each.family.name, each)


def small(entry: Entry) -> Genome:
    """The network for small images and an eighth as wide, where it has such a form: the same operations, in a second."""
    genome = entry.build(**SHALLOW.get(entry.family.name, {}))
    with contextlib.suppress(GenomeError):  # the fully convolutional networks crop to their own image
        genome = fit(genome, input_shape=(genome.input_shape[0], 32, 32), classes=genome.classes)
    with contextlib.suppress(GenomeError):  # LeNet's codes have the width that they have
        genome = scale_width(genome, 0.125)
    return genome


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_onnxruntime_agrees(name: str, tmp_path: Path) -> None:
    genome = small(FAMILIES[name])
    channels, high, wide = genome.input_shape
    classes = tuple(f"class{number}" for number in range(genome.classes))
    manifest = export_model(
        build(genome),
        genome,
        tmp_path / "out",
        formats=("onnx",),
        data=ExportedData("made-up", (channels, high, wide), (0.5,) * channels, (0.2,) * channels, classes),
        metrics={},
        provenance={},
        samples=torch.randn(2, channels, high, wide, generator=torch.Generator().manual_seed(0)),
    )
    assert manifest["files"]["model.onnx"]["check"]["read_again_with"] == "onnxruntime, CPU"
