"""A clean process has the named packages and nothing else."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nas.errors import ExportError
from nas.exports import clean

DOUBLED = """
import array

def predictor(file):
    def predict(pixels):
        return pixels.shape, array.array("f", [2 * value for value in pixels.cast("B")])
    return predict
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.x"
    path.write_text("7")
    return path


def test_pixels_go_in_and_answers_come_out(file: Path) -> None:
    given = {"one": np.arange(6, dtype=np.uint8).reshape(1, 2, 3), "two": np.arange(150, dtype=np.uint8).reshape(150, 1)}
    got = clean.run(DOUBLED, given, file=file, packages=(), what="model.x")
    assert set(got) == set(given) and all(np.array_equal(got[name], 2.0 * given[name]) for name in given)
    assert [path.name for path in file.parent.iterdir()] == ["model.x"]


def test_the_script_is_asked_64_images_at_once_and_finds_the_exported_file(file: Path) -> None:
    script = """
import array

def predictor(file):
    number = float(file.read_text())
    return lambda pixels: ((len(pixels), 2), array.array("f", [number, len(pixels)] * len(pixels)))
"""
    answers = clean.run(script, {"x": np.zeros((130, 3), np.uint8)}, file=file, packages=(), what="model.x")["x"]
    assert answers.tolist() == [[7.0, 64.0]] * 128 + [[7.0, 2.0]] * 2


def test_answers_that_are_not_one_for_each_image_are_refused(file: Path) -> None:
    script = "def predictor(file):\n    return lambda pixels: ((1, 2), bytes(8))"
    with pytest.raises(ExportError, match=r"^model\.x: its answers differ in shape from batch to batch; it was not kept$"):
        clean.run(script, {"x": np.zeros((3, 3), np.uint8)}, file=file, packages=(), what="model.x")


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
def test_a_failure_is_one_line_that_says_why(script: str, reason: str, file: Path) -> None:
    with pytest.raises(ExportError, match=rf"^model\.x: a clean process failed on it: {reason}; it was not kept$"):
        clean.run(script, {}, file=file, packages=(), what="model.x")


def test_a_package_that_is_not_allowed_is_not_found_when_it_is_looked_for(file: Path) -> None:
    script = "import importlib.util\nassert importlib.util.find_spec('numpy') is None\npredictor = print"
    clean.run(script, {}, file=file, packages=(), what="it")


def test_a_process_that_hangs_is_ended(file: Path) -> None:
    with pytest.raises(ExportError, match=r"^it: a clean process was not done with it after 1 s; it was not kept$"):
        clean.run("while True: pass", {}, file=file, packages=(), seconds=1, what="it")


def test_the_process_ends_with_the_one_that_waits_for_it(file: Path) -> None:
    script = "import os, time\\nopen('PATH', 'w').write(str(os.getpid()))\\ntime.sleep(600)".replace("PATH", str(file))
    waiting = f"""
from pathlib import Path
from nas.exports import clean
clean.run("{script}", {{}}, file=Path({str(file)!r}), packages=(), what="it")
"""
    parent = subprocess.Popen([sys.executable, "-c", waiting])
    try:
        until(lambda: file.read_text() not in ("", "7"))
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not Path(f"/proc/{file.read_text()}").exists())


def until(condition: Callable[[], bool], *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_package_comes_with_what_it_needs_and_no_extras() -> None:
    modules = clean.modules_of(["torch"])
    assert {"torch", "sympy", "mpmath", "networkx", "jinja2", "markupsafe"} <= modules
    assert not {"nas", "numpy", "safetensors", "onnx"} & modules


def test_numpy_is_there_where_a_package_needs_it() -> None:
    assert "numpy" in clean.modules_of(["scikit_learn"])
