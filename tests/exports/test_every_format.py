"""Every operation of the vocabulary and every family of the zoo goes through every format."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.edit import fit, scale_width
from nas.errors import GenomeError
from nas.exports import ExportedData, Options, export_model, formats
from nas.genome import Genome, Op
from nas.network import build
from nas.zoo import Entry, entries, resnet_cifar

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "network"))

from every_op import EVERY_OP, side_by_side
from made_up_images import evidence

for package in ("onnx", "onnxruntime", "onnxscript"):
    pytest.importorskip(package)

FORMATS = tuple(name for name in formats.names() if name != "genome")
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
FAMILIES: dict[str, list[Entry]] = {}
for each in entries():
    FAMILIES.setdefault(each.family.name, []).append(each)
BY_FILE: dict[str, list[Op]] = {}
for each in EVERY_OP:
    BY_FILE.setdefault(type(each).__module__, []).append(each)


def small(family: str) -> Genome:
    """Its smallest network for small images and an eighth as wide, where it has such a form: the same operations, in a second."""
    entry = min(FAMILIES[family], key=lambda entry: len(entry.genome))
    genome = entry.build(**SHALLOW.get(family, {}))
    with contextlib.suppress(GenomeError):  # the fully convolutional networks crop to their own image
        genome = fit(genome, input_shape=(genome.input_shape[0], 32, 32), classes=genome.classes)
    with contextlib.suppress(GenomeError):  # LeNet's codes have the width that they have
        genome = scale_width(genome, 0.125)
    return genome


def exported(genome: Genome, folder: Path, *names: str, options: Options | None = None) -> dict[str, Any]:
    """The manifest's files; the export raises where one of them differs."""
    network, draw = build(genome), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in network.parameters():
            weight += 0.1 * weight.abs().mean() * torch.randn(weight.shape, generator=draw)
    channels, classes = genome.input_shape[0], tuple(f"class {number}" for number in range(genome.classes))
    data = ExportedData("made-up", genome.input_shape, (0.5,) * channels, (0.2,) * channels, classes)
    flat = len(genome.shapes[genome.outputs[0]]) == 1  # a map has no one answer that could be right
    return export_model(
        network,
        genome,
        folder / "out",
        formats=names,
        data=data,
        evidence=evidence(genome.input_shape, classes=genome.classes if flat else 0),
        metrics={},
        provenance={},
        options=options,
    )["files"]


def test_operations_of_all_kinds_go_through_the_formats_that_trace_them(tmp_path: Path) -> None:
    files = exported(side_by_side(EVERY_OP[::8]), tmp_path, "onnx", "pt2")
    assert [file["check"]["batches"] for file in files.values()] == [[1, 2, 7, 64]] * 2


def test_a_published_network_goes_through_folding_and_integers(tmp_path: Path) -> None:
    genome = resnet_cifar(depth=8, widths=(4, 4, 8), input_shape=(1, 8, 8))
    files = exported(genome, tmp_path, "onnx", options=Options(fold=True, int8=True))
    assert set(files) == {"model.onnx", "model.int8.onnx"}


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("file", BY_FILE)
def test_every_operation_goes_through_every_format(file: str, tmp_path: Path) -> None:
    genome = side_by_side(BY_FILE[file])
    files = exported(genome, tmp_path, *FORMATS)
    assert {each["format"] for each in files.values()} == set(FORMATS)
    assert "model.onnx" in exported(genome, tmp_path, "onnx", options=Options(takes="uint8", fold=True))


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_family_goes_through_every_format(name: str, tmp_path: Path) -> None:
    genome = small(name)
    files = exported(genome, tmp_path, *FORMATS)
    assert {each["format"] for each in files.values()} == set(FORMATS)
    assert "model.int8.onnx" in exported(genome, tmp_path, "onnx", options=Options(takes="unit", fold=True, int8=True))
