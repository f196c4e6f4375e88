"""Asks a script for answers in a process that has only certain packages; started by `clean`, as a file of its own.

The folder that it is given holds job.json: the script, the modules that it may import, the exported file, and the shapes of
arrays, each of which stands in a file of raw uint8. The script defines `predictor(file)`, which reads the exported file and
gives a function of pixels, a memoryview of uint8 (images, ...): the shape of the answer and a buffer of float32. This file
needs nothing but Python's library.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

AT_ONCE = 64  # images

Predict = Callable[[memoryview], tuple[Sequence[int], Any]]


class Only:
    """A finder of modules that finds certain packages alone: others are not there, as in an environment without them."""

    def __init__(self, finder: Any, allowed: frozenset[str]) -> None:
        self.finder, self.allowed = finder, allowed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        # _sysconfigdata is of Python's library, and its name ends with that of the platform.
        if name.partition(".")[0] in self.allowed or name.startswith("_sysconfigdata_"):
            return self.finder.find_spec(name, path, target)
        return None


def main(folder: Path) -> None:
    """Run the script of the folder's job, and write what it answers there."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    for name in [name for name in sys.modules if name.partition(".")[0] in job["refused"]]:
        del sys.modules[name]
    allowed = frozenset(job["allowed"]) | sys.stdlib_module_names
    sys.meta_path[:] = [Only(finder, allowed) for finder in sys.meta_path]
    space: dict[str, Any] = {"__name__": "script"}
    exec(compile(job["script"], "script", "exec"), space)
    predict = space["predictor"](Path(job["file"]))
    shapes = {}
    for name, shape in job["arrays"].items():
        pixels = memoryview(bytearray((folder / f"{name}.in").read_bytes())).cast("B", shape)
        shapes[name] = _answered(predict, pixels, folder / f"{name}.out")
    (folder / "answer.json").write_text(json.dumps(shapes), encoding="utf-8")


def _end_with_parent() -> None:
    """End this process when nobody waits for it any more: its input, a pipe that nothing is written to, is closed."""
    os.read(0, 1)
    os._exit(1)


def _answered(predict: Predict, pixels: memoryview, path: Path) -> list[int]:
    """Write the answers for some images one after another; gives the shape of all."""
    shape: Sequence[int] = ()
    with path.open("wb") as file:
        for start in range(0, len(pixels), AT_ONCE):
            shape, logits = predict(pixels[start : start + AT_ONCE])
            file.write(memoryview(logits).cast("B"))
    return [len(pixels), *shape[1:]]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
