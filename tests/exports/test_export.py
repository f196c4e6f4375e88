"""An export is whole or not there, and its manifest says what it is."""

from __future__ import annotations

import errno
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from nas.errors import ExportError, InputError, UnknownNameError
from nas.exports import ExportedData, Options, clean, export_model, formats
from nas.exports.formats import Format
from nas.genome import Genome


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a format that writes a file, and then finds that it is wrong."""

    def write(subject: Any, folder: Path) -> Any:
        (folder / "wrong.bin").touch()
        raise ExportError("wrong.bin: it computes something else")

    monkeypatch.setitem(formats._items, "failing", Format(write))
    return "failing"


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


def test_the_manifest_has_one_entry_for_each_file_and_its_proof_once(trained: Any, tmp_path: Path) -> None:
    files = trained.export(tmp_path / "out", "python", options=Options(fold=True))["files"]
    assert set(files) == {"model.py", "weights.pt"} and files["weights.pt"]["check"] == {"with": "model.py"}
    check = files["model.py"]["check"]
    right = int((trained.logits.argmax(1).numpy() == trained.evidence.exam.labels[:30]).sum())
    assert check["accuracy"]["right"] == check["accuracy"]["right_of_the_network"] >= right
    assert check["accuracy"]["part"] == "test" and check["accuracy"]["images"] == 70


def test_the_manifest_says_what_was_folded(trained: Any, tmp_path: Path) -> None:
    network = trained.export(tmp_path / "out", "genome", options=Options(fold=True))["network"]
    # one norm of 4 gains and 4 biases became 4 biases of its convolution
    assert network["folded"] == {"norms": 1, "of": 1, "params": 72 + 144 + 8 + 15 - 4}
    assert network["params"] == 72 + 144 + 8 + 15 and network["fingerprint"] == trained.genome.fingerprint
    assert "batch_norm" not in (tmp_path / "out/genome.yaml").read_text()


def test_an_unknown_format_is_refused_before_anything_is_written(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'onxn' is not a known export format; did you mean 'onnx'"):
        trained.export(tmp_path / "out", "genome", "onxn")
    assert list(tmp_path.iterdir()) == []


def test_no_format_is_refused(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one format of: genome, hub, onnx, pt2, python, safetensors"):
        trained.export(tmp_path / "out")


@pytest.mark.parametrize(
    ("options", "name"),
    [(Options(int8=True), "int8"), (Options(takes="unit"), "normalise"), (Options(takes="uint8"), "normalise")],
)
def test_an_option_of_onnx_is_refused_without_it(trained: Any, tmp_path: Path, options: Options, name: str) -> None:
    with pytest.raises(InputError, match=rf"^{name} is of the ONNX graph, and the formats are genome, pt2; add onnx to them$"):
        trained.export(tmp_path / "out", "genome", "pt2", options=options)
    assert list(tmp_path.iterdir()) == []


def test_when_one_format_fails_no_format_is_kept(trained: Any, tmp_path: Path, failing: str) -> None:
    with pytest.raises(ExportError, match=r"wrong\.bin"):
        trained.export(tmp_path / "out", "genome", failing)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_leaves_the_one_before(trained: Any, tmp_path: Path, failing: str) -> None:
    trained.export(tmp_path / "out", "genome")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(ExportError):
        trained.export(tmp_path / "out", "genome", failing)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("name", ["safetensors", "python", "hub", "pt2"])
def test_a_full_disk_is_said_whatever_is_written(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def run(*_: Any, **__: Any) -> None:
        raise AssertionError("the file was written by other means: torch's own end the process on a full disk")

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(clean, "run", run)
    with pytest.raises(ExportError, match=r"out cannot be written: No space left on device; what was there is kept; make room"):
        trained.export(tmp_path / "out", name)
    assert list(tmp_path.iterdir()) == []


def test_what_a_format_cannot_express_is_said_before_anything_is_written(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(genome: Genome) -> None:
        raise ExportError("node 'stem/conv': no")

    def write(subject: Any, folder: Path) -> Any:
        raise AssertionError("nothing is written")

    monkeypatch.setitem(formats._items, "none", Format(write, check))
    with pytest.raises(ExportError, match="node 'stem/conv': no"):
        trained.export(tmp_path / "out", "none")
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_is_not_finite_is_not_exported(trained: Any, tmp_path: Path) -> None:
    with torch.no_grad():
        trained.module.head.linear.bias[0] = torch.nan
    with pytest.raises(ExportError, match="not finite"):
        trained.export(tmp_path / "out", "genome")
    assert list(tmp_path.iterdir()) == []


def test_a_metric_that_is_no_number_leaves_nothing(trained: Any, tmp_path: Path) -> None:
    data = ExportedData("x", (2, 6, 6), (0, 0), (1, 1), ("a", "b", "c"))
    with pytest.raises(ValueError, match="JSON"):
        export_model(
            trained.module, trained.genome, tmp_path / "out", formats=["genome"], data=data,
            metrics={"error": float("nan")}, provenance={}, evidence=trained.evidence,
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_a_prediction_that_has_not_the_classes_is_refused(trained: Any, tmp_path: Path) -> None:
    data = ExportedData("x", (2, 6, 6), (0, 0), (1, 1), ("a", "b"))
    with pytest.raises(ExportError, match=r"must have 2 classes, got the shape \(1, 3\)"):
        export_model(
            trained.module, trained.genome, tmp_path / "out", formats=["genome"], data=data,
            metrics={}, provenance={}, evidence=trained.evidence,
        )  # fmt: skip


def test_statistics_must_be_one_for_each_channel() -> None:
    with pytest.raises(InputError, match="mean and std must have 3 numbers, got 1 and 3"):
        ExportedData("x", (3, 8, 8), (0.5,), (1, 1, 1), ("a",))
