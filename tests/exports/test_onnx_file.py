"""model.onnx computes what the network computes, for any batch size, without torch and without this
toolkit."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nas.errors import ExportError, MissingExtraError
from nas.exports import Options, onnx_file

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

ALONE = """
import sys
import numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
numpy.save(sys.argv[3], session.run(["logits"], {"images": numpy.load(sys.argv[2])})[0])
assert not {"torch", "nas"} & set(sys.modules), "this must run without torch and nas"
"""


class Eager(nn.Module):
    """Branches on its input's values: no graph can say that."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :3] * (2 if x.sum() > 0 else 3)


@pytest.mark.parametrize("takes", ["normalised", "uint8"])
def test_the_file_runs_alone_and_gives_the_same_logits(trained: Any, tmp_path: Path, takes: Any) -> None:
    trained.export(tmp_path / "out", "onnx", options=Options(takes=takes))
    pixels = trained.evidence.pixels
    np.save(tmp_path / "x.npy", pixels if takes == "uint8" else trained.images.numpy())
    paths = [str(tmp_path / name) for name in ("out/model.onnx", "x.npy", "y.npy")]
    subprocess.run([sys.executable, "-I", "-c", ALONE, *paths], check=True, cwd=tmp_path, timeout=60)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), trained.logits.numpy(), rtol=1e-4, atol=1e-5)
    properties = {entry.key: entry.value for entry in onnx.load(tmp_path / "out/model.onnx").metadata_props}
    assert json.loads(properties["input"]) == takes


def test_the_file_is_whole_quiet_knows_its_data_and_nothing_of_the_machine(
    trained: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    manifest = trained.export(tmp_path / "out", "onnx")
    assert capfd.readouterr() == ("", "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "model.onnx"]
    model = onnx.load(tmp_path / "out/model.onnx", load_external_data=False)
    assert [each.name for each in model.graph.input] == ["images"]
    assert [each.name for each in model.graph.output] == ["logits"]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    properties = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(properties["classes"]) == ["ant", "bee", "cat"] and json.loads(properties["std"]) == [
        0.2,
        0.1,
    ]
    assert json.loads(properties["genome"]) == trained.genome.to_dict()
    check = manifest["files"]["model.onnx"]["check"]
    assert check["batches"] == [1, 2, 7, 64] and 0 < check["largest_difference"] <= check["tolerance"]
    assert {"torch", "onnx", "onnxruntime", "onnxscript"} <= set(manifest["versions"])
    content = (tmp_path / "out/model.onnx").read_bytes()
    assert b"site-packages" not in content and str(Path(torch.__file__).parent).encode() not in content


def test_intensities_are_normalised_within_the_graph(trained: Any) -> None:
    subject = trained.subject()
    prepared = onnx_file.Prepared(subject.network, subject.data, "unit")
    torch.testing.assert_close(prepared(torch.from_numpy(trained.evidence.pixels) / 255), trained.logits)


def test_while_torch_writes_its_warnings_are_not_logged_and_its_errors_are() -> None:
    logger = logging.getLogger("torch.onnx.exporter")
    before = logger.isEnabledFor(logging.WARNING)
    with onnx_file.quiet():
        assert not logger.isEnabledFor(logging.WARNING) and logger.isEnabledFor(logging.ERROR)
    assert logger.isEnabledFor(logging.WARNING) == before


def test_a_file_that_computes_something_else_is_not_kept(trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save = onnx_file.save

    def corrupted(network: nn.Module, genome: Any, data: Any, path: Path, **options: Any) -> None:
        save(network, genome, data, path, **options)
        model = onnx.load(path)
        weight = max(model.graph.initializer, key=lambda each: len(each.raw_data))
        values = np.frombuffer(weight.raw_data, np.float32) * np.float32(1.5)
        weight.raw_data = values.tobytes()
        onnx.save(model, path)

    monkeypatch.setattr(onnx_file, "save", corrupted)
    with pytest.raises(ExportError, match=r"model\.onnx: for a batch of 1 .* differ by [\d.]+, above"):
        trained.export(tmp_path / "out", "genome", "onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_onnx_cannot_say_is_an_error_of_one_line(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"^model\.onnx: torch cannot export this network: .*$") as caught:
        trained.export(tmp_path / "out", "onnx", module=Eager())
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("package", ["onnx", "onnxscript", "onnxruntime"])
def test_a_missing_package_names_what_to_install(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"needs the package '{package}': pip install 'deepwide\[onnx\]'"):
        trained.export(tmp_path / "out", "onnx")
    assert list(tmp_path.iterdir()) == []
