"""model.py and weights.pt are kept where a process that has torch alone computes the same from them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.errors import ExportError
from nas.exports.source import python_file

STRANGER = """
import sys
sys.path.insert(0, sys.argv[1])
import torch
from model import CLASSES, load, normalise
network = load()
images = torch.load(sys.argv[2], weights_only=True)
with torch.no_grad():
    torch.save(network(normalise(images)), sys.argv[3])
assert CLASSES == ("ant", "bee", "cat")
assert not [name for name in sys.modules if name.partition(".")[0] in ("nas", "safetensors")]
"""


def test_a_stranger_gets_the_same_logits_by_the_usage_in_the_docstring(trained: Any, tmp_path: Path) -> None:
    manifest = trained.export(tmp_path / "out", "python")
    images = torch.rand(5, 2, 6, 6)
    torch.save(images, tmp_path / "x.pt")
    paths = [str(tmp_path / name) for name in ("out", "x.pt", "y.pt")]
    subprocess.run([sys.executable, "-I", "-c", STRANGER, *paths], check=True, cwd=tmp_path, timeout=120)
    mean, std = torch.tensor([0.5, 0.25]), torch.tensor([0.2, 0.1])
    with torch.no_grad():
        expected = trained.module.eval()((images - mean[:, None, None]) / std[:, None, None])[0]
    torch.testing.assert_close(torch.load(tmp_path / "y.pt", weights_only=True), expected, rtol=1e-4, atol=1e-5)
    assert set(manifest["files"]) == {"model.py", "weights.pt"}
    check = manifest["files"]["model.py"]["check"]
    assert check["batches"] == [1, 2, 7, 64] and check["largest_difference"] <= check["tolerance"]
    trained.export(tmp_path / "out", "python")  # once it was imported there is a cache of Python's beside it


def test_the_weights_are_those_of_the_genome(trained: Any, tmp_path: Path) -> None:
    trained.export(tmp_path / "out", "python")
    weights, expected = torch.load(tmp_path / "out/weights.pt", weights_only=True), trained.module.state_dict()
    assert list(weights) == list(expected) and all(torch.equal(weights[name], expected[name]) for name in expected)


def test_a_file_that_computes_something_else_is_not_kept(trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = python_file.source
    monkeypatch.setattr(python_file, "source", lambda *subject: write(*subject).replace("F.relu", "F.gelu"))
    with pytest.raises(ExportError, match=r"^model\.py: for a batch of 1 it computes something else .*; it was not kept$"):
        trained.export(tmp_path / "out", "genome", "python")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import nas", "ModuleNotFoundError: No module named 'nas'"),
        ("import safetensors", "ModuleNotFoundError: No module named 'safetensors'"),
    ],
)
def test_a_file_that_needs_more_than_torch_is_not_kept(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, reason: str
) -> None:
    write = python_file.source
    monkeypatch.setattr(python_file, "source", lambda *subject: write(*subject) + line + "\n")
    with pytest.raises(ExportError, match=rf"^model\.py: a clean process failed on it: {reason}; it was not kept$"):
        trained.export(tmp_path / "out", "python")
    assert list(tmp_path.iterdir()) == []
