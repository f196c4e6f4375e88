"""A clean process has the named packages and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nas.errors import ExportError
from nas.exports import clean

DOUBLED = """
import array

def answer(arrays, folder):
    out = {}
    for name, given in arrays.items():
        flat = array.array("f", [2 * value for value in memoryview(given).cast("B").cast("f")])
        out[name] = (given.shape, flat)
    return out
"""


def test_arrays_go_in_and_come_out(tmp_path: Path) -> None:
    given = {"one": np.arange(6, dtype=np.float32).reshape(1, 2, 3), "two": np.array([0.5], np.float32)}
    got = clean.run(DOUBLED, given, folder=tmp_path, packages=(), what="it")
    assert set(got) == set(given) and all(np.array_equal(got[name], 2 * given[name]) for name in given)


def test_the_script_finds_the_exported_files(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("7")
    script = """
import array

def answer(arrays, folder):
    return {"number": ((1,), array.array("f", [float((folder / "number").read_text())]))}
"""
    assert clean.run(script, {}, folder=tmp_path, packages=(), what="it")["number"].tolist() == [7.0]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import nas", "ModuleNotFoundError: No module named 'nas'"),
        ("import numpy", "ModuleNotFoundError: No module named 'numpy'"),
        ("raise ValueError('no\\nthis')", "this"),
        ("import os; os.abort()", "ended by SIGABRT"),
        ("import sys; sys.exit(3)", "exit status 3"),
    ],
)
def test_a_failure_is_one_line_that_says_why(script: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=rf"^model\.x: a clean process failed on it: {reason}; it was not kept$"):
        clean.run(script, {}, folder=tmp_path, packages=(), what="model.x")


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"^it: a clean process was not done with it after 1 s; it was not kept$"):
        clean.run("while True: pass", {}, folder=tmp_path, packages=(), seconds=1, what="it")


def test_a_package_comes_with_what_it_needs_and_no_extras() -> None:
    modules = clean.modules_of(["torch"])
    assert {"torch", "sympy", "mpmath", "networkx", "jinja2", "markupsafe"} <= modules
    assert not {"nas", "numpy", "safetensors", "onnx"} & modules


def test_numpy_is_there_where_a_package_needs_it(tmp_path: Path) -> None:
    assert "numpy" in clean.modules_of(["scikit_learn"])
