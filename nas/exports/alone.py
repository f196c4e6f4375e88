"""Runs a script in a process that has only certain packages; started by `clean`, as a file of its own.

The folder that it is given holds job.json: the script, the modules that it may import, and the shapes of arrays, each of
which stands in a file of raw float32. The script defines `answer(arrays, folder)`, arrays being memoryviews by name, and
gives back arrays by name: a pair of a shape and a buffer of float32 each. This file needs nothing but Python's library.
"""

from __future__ import annotations

import importlib.abc
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Refusal(importlib.abc.MetaPathFinder):
    """No other package is there: as in an environment that has only these."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = frozenset(allowed) | sys.stdlib_module_names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] not in self.allowed:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main(folder: Path) -> None:
    """Run the script of the folder's job, and write its answer there."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    for name in [name for name in sys.modules if name.partition(".")[0] in job["refused"]]:
        del sys.modules[name]
    sys.meta_path.insert(0, Refusal(job["allowed"]))
    arrays = {}
    for name, shape in job["arrays"].items():
        raw = bytearray((folder / f"{name}.in").read_bytes())
        arrays[name] = memoryview(raw).cast("f", shape)
    space: dict[str, Any] = {"__name__": "script"}
    exec(compile(job["script"], "script", "exec"), space)
    shapes = {}
    for name, (shape, buffer) in space["answer"](arrays, Path(job["folder"])).items():
        (folder / f"{name}.out").write_bytes(memoryview(buffer).cast("B"))
        shapes[name] = list(shape)
    (folder / "answer.json").write_text(json.dumps(shapes), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
