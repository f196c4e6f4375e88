"""An export is whole or not there, and its manifest says what it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor, nn

from nas.errors import ExportError, InputError, UnknownNameError
from nas.exports import ExportedData, export_model
from nas.genome import Genome


class Unsteady(nn.Module):
    """A network that computes something else each time."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.calls = 0

    def forward(self, x: Tensor) -> Any:
        self.calls += 1
        return self.network(x)[0] + self.calls


def test_the_genome_is_read_again_from_its_file(trained: Any, tmp_path: Path) -> None:
    trained.export(tmp_path / "out", "genome")
    data = yaml.safe_load((tmp_path / "out/genome.yaml").read_text())
    assert Genome.from_dict(data).fingerprint == trained.genome.fingerprint


def test_the_manifest_says_what_the_files_are(trained: Any, tmp_path: Path) -> None:
    manifest = trained.export(tmp_path / "out", "genome", "safetensors")
    assert manifest == json.loads((tmp_path / "out/manifest.json").read_text())
    assert set(manifest["files"]) == {"genome.yaml", "model.safetensors"}
    for name, entry in manifest["files"].items():
        assert entry["sha256"] == hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest()
    assert manifest["schema"] == "nas.export/1"
    assert manifest["metrics"] == {"error": 0.25} and manifest["provenance"]["trial"] == 3
    assert manifest["data"]["mean"] == [0.5, 0.25] and manifest["data"]["classes"] == ["ant", "bee", "cat"]


def test_the_manifest_has_the_cost_of_the_network(trained: Any, tmp_path: Path) -> None:
    network = trained.export(tmp_path / "out", "genome")["network"]
    # 2*4*9 and 4*4*9 weights of convolutions, 8 of the norm, 4*3+3 of the head; nothing of the auxiliary head
    assert network["params"] == 72 + 144 + 8 + 15
    assert network["macs"] == (72 + 144) * 36 + 12
    assert network["input"]["shape"] == ["batch", 2, 6, 6] and network["output"]["shape"] == ["batch", 3]


def test_the_network_itself_is_left_as_it_was(trained: Any, tmp_path: Path) -> None:
    before = {name: tensor.clone() for name, tensor in trained.module.state_dict().items()}
    trained.export(tmp_path / "out", "safetensors")
    assert trained.module.training
    assert trained.module.stem.conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert all(torch.equal(before[name], tensor) for name, tensor in trained.module.state_dict().items())


def test_an_unknown_format_is_refused_before_anything_is_written(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'onxn' is not a known export format; did you mean 'onnx'"):
        trained.export(tmp_path / "out", "genome", "onxn")
    assert list(tmp_path.iterdir()) == []


def test_no_format_is_refused(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one format of: genome, onnx, python, safetensors"):
        trained.export(tmp_path / "out")


def test_when_one_format_fails_no_format_is_kept(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"model\.safetensors"):
        trained.export(tmp_path / "out", "genome", "safetensors", module=Unsteady(trained.module))
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_leaves_the_one_before(trained: Any, tmp_path: Path) -> None:
    trained.export(tmp_path / "out", "genome", "safetensors")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(ExportError):
        trained.export(tmp_path / "out", "safetensors", module=Unsteady(trained.module))
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_network_that_is_not_finite_is_not_exported(trained: Any, tmp_path: Path) -> None:
    with torch.no_grad():
        trained.module.head.linear.bias[0] = torch.nan
    with pytest.raises(ExportError, match="not finite"):
        trained.export(tmp_path / "out", "safetensors")
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_genome_are_refused(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"model\.safetensors: the weights do not fit the genome"):
        trained.export(tmp_path / "out", "safetensors", module=nn.Sequential(nn.Flatten(), nn.Linear(72, 3)))


def test_a_metric_that_is_no_number_leaves_nothing(trained: Any, tmp_path: Path) -> None:
    data = ExportedData("x", (2, 6, 6), (0, 0), (1, 1), ("a", "b", "c"))
    with pytest.raises(ValueError, match="JSON"):
        export_model(
            trained.module, trained.genome, tmp_path / "out", formats=["genome"], data=data,
            metrics={"error": float("nan")}, provenance={}, samples=trained.samples,
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shape", [(0, 2, 6, 6), (3, 1, 6, 6), (2, 6, 6)])
def test_samples_that_are_no_images_of_the_genome_are_refused(trained: Any, tmp_path: Path, shape: Any) -> None:
    data = ExportedData("x", (2, 6, 6), (0, 0), (1, 1), ("a", "b", "c"))
    with pytest.raises(InputError, match=r"samples must have the shape \(images, 2, 6, 6\)"):
        export_model(
            trained.module, trained.genome, tmp_path / "out", formats=["genome"], data=data,
            metrics={}, provenance={}, samples=torch.zeros(shape),
        )  # fmt: skip


def test_a_prediction_that_has_not_the_classes_is_refused(trained: Any, tmp_path: Path) -> None:
    data = ExportedData("x", (2, 6, 6), (0, 0), (1, 1), ("a", "b"))
    with pytest.raises(ExportError, match=r"must have 2 classes, got the shape \(1, 3\)"):
        export_model(
            trained.module, trained.genome, tmp_path / "out", formats=["genome"], data=data,
            metrics={}, provenance={}, samples=trained.samples,
        )  # fmt: skip


def test_statistics_must_be_one_for_each_channel() -> None:
    with pytest.raises(InputError, match="mean and std must have 3 numbers, got 1 and 3"):
        ExportedData("x", (3, 8, 8), (0.5,), (1, 1, 1), ("a",))
