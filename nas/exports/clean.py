"""Runs what was exported as a stranger would: in a clean process, without this toolkit, with certain packages alone.

The process is Python in isolated mode. It finds the named packages and what those need, and no others, whatever else is
installed: an import of anything else fails as it would in an empty environment.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from nas.errors import ExportError

_ALONE = Path(__file__).with_name("alone.py")


def run(
    script: str,
    arrays: Mapping[str, np.ndarray],
    *,
    folder: Path,
    packages: Sequence[str],
    seconds: float = 600.0,
    threads: int = 1,
    what: str,
) -> dict[str, np.ndarray]:
    """Run `script` on float32 arrays; what its `answer(arrays, folder)` gives back.

    `answer` gets memoryviews of float32 by name and the folder of the exported files, and gives back for each name a shape
    and a buffer of float32. `packages` are distributions, such as "torch". Raises ExportError where it fails or takes
    longer than `seconds`; the text begins with `what`.
    """
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for key, array in arrays.items():
            (place / f"{key}.in").write_bytes(np.ascontiguousarray(array, np.float32).tobytes())
        job = {
            "script": script,
            "folder": str(folder.resolve()),
            "allowed": sorted(modules_of(packages)),
            "refused": ["nas"],
            "arrays": {key: list(array.shape) for key, array in arrays.items()},
        }
        (place / "job.json").write_text(json.dumps(job), encoding="utf-8")
        _execute(place, seconds=seconds, threads=threads, what=what)
        shapes = json.loads((place / "answer.json").read_text(encoding="utf-8"))
        return {key: _read(place / f"{key}.out", shape) for key, shape in shapes.items()}


def modules_of(packages: Iterable[str]) -> set[str]:
    """The top-level modules of distributions and of what they need, without their optional extras."""
    modules: dict[str, list[str]] = {}
    for module, names in metadata.packages_distributions().items():
        for name in names:
            modules.setdefault(_plain(name), []).append(module)
    waiting, seen = [_plain(name) for name in packages], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in modules:
            continue
        seen.add(name)
        needs = [each for each in metadata.requires(name) or () if "extra ==" not in each]
        waiting += [_plain(found[0]) for each in needs if (found := re.match(r"[\w.-]+", each))]
    return {module for name in seen for module in modules[name]}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _execute(place: Path, *, seconds: float, threads: int, what: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    command = [sys.executable, "-I", "-B", str(_ALONE), str(place)]
    with (place / "errors").open("w+b") as errors:
        try:
            done = subprocess.run(command, cwd=place, env=environment, timeout=seconds, stdout=errors, stderr=errors, check=False)
        except subprocess.TimeoutExpired:
            raise ExportError(f"{what}: a clean process was not done with it after {seconds:g} s; it was not kept") from None
        if done.returncode:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            raise ExportError(f"{what}: a clean process failed on it: {_reason(done.returncode, said)}; it was not kept")


def _reason(status: int, said: list[str]) -> str:
    if status < 0:
        return f"ended by {signal.Signals(-status).name}"
    return said[-1][:300] if said else f"exit status {status}"


def _read(path: Path, shape: list[int]) -> np.ndarray:
    return np.fromfile(path, np.float32).reshape(shape)
