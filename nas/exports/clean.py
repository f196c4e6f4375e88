"""Runs what was exported as a stranger would: in a clean process, without this toolkit, with certain packages alone.

The process is Python in isolated mode. It finds the named packages and what those need, and no others, whatever else is
installed: an import of anything else fails as it would in an empty environment.
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from nas.errors import ExportError

_ALONE = Path(__file__).with_name("alone.py")


def run(
    script: str,
    arrays: Mapping[str, np.ndarray],
    *,
    file: Path,
    packages: Sequence[str],
    seconds: float = 600.0,
    threads: int = 1,
    what: str,
) -> dict[str, np.ndarray]:
    """What a script answers, float32 (images, ...), for each array of uint8 (images, ...).

    Its `predictor(file)` is given the exported file, and gives a function of pixels (`alone` says which). `packages` are
    distributions, such as "torch". Raises ExportError where the script fails, takes longer than `seconds`, or gives no
    answer for each image; the text begins with `what`.
    """
    # Beside the file: what a killed export leaves there is cleared away by the next one.
    with tempfile.TemporaryDirectory(prefix=".clean-", dir=file.parent) as name:
        place = Path(name)
        for key, array in arrays.items():
            (place / f"{key}.in").write_bytes(np.ascontiguousarray(array, np.uint8).tobytes())
        job = {
            "script": script,
            "file": str(file.resolve()),
            "allowed": sorted(modules_of(packages)),
            "refused": ["nas"],
            "arrays": {key: list(array.shape) for key, array in arrays.items()},
        }
        (place / "job.json").write_text(json.dumps(job), encoding="utf-8")
        _execute(place.resolve(), seconds=seconds, threads=threads, what=what)
        shapes = json.loads((place / "answer.json").read_text(encoding="utf-8"))
        return {key: _read(place / f"{key}.out", shape, what=what) for key, shape in shapes.items()}


def modules_of(packages: Iterable[str]) -> set[str]:
    """The top-level modules of distributions and of what they need, without their optional extras."""
    modules = _modules()
    waiting, seen = [_plain(name) for name in packages], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in modules:
            continue
        seen.add(name)
        needs = [each for each in metadata.requires(name) or () if "extra ==" not in each]
        waiting += [_plain(found[0]) for each in needs if (found := re.match(r"[\w.-]+", each))]
    return {module for name in seen for module in modules[name]}


@cache  # every file of every package is looked at
def _modules() -> dict[str, list[str]]:
    """The top-level modules of each distribution that is installed."""
    modules: dict[str, list[str]] = {}
    for module, names in metadata.packages_distributions().items():
        for name in names:
            modules.setdefault(_plain(name), []).append(module)
    return modules


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _execute(place: Path, *, seconds: float, threads: int, what: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    command = [sys.executable, "-I", "-B", str(_ALONE), str(place)]
    with tempfile.TemporaryFile() as errors:  # in another place: a disk that is full must be able to say so
        streams = {"stdin": subprocess.PIPE, "stdout": errors, "stderr": errors}
        with subprocess.Popen(command, cwd=place, env=environment, **streams) as process:
            try:
                status = process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise ExportError(f"{what}: a clean process was not done with it after {seconds:g} s; it was not kept") from None
        if status:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            raise ExportError(f"{what}: a clean process failed on it: {_reason(status, said)}; it was not kept")


def _reason(status: int, said: list[str]) -> str:
    if status < 0:
        return f"ended by {signal.Signals(-status).name}"
    return said[-1][:300] if said else f"exit status {status}"


def _read(path: Path, shape: list[int], *, what: str) -> np.ndarray:
    answers = np.fromfile(path, np.float32)
    if answers.size != math.prod(shape):
        raise ExportError(f"{what}: its answers differ in shape from batch to batch; it was not kept")
    return answers.reshape(shape)
