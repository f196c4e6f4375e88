"""Gives hostile inputs to `nas`, one after another in one process that has little memory, and says how each ended.

    python child.py FOLDER RUN FIRST STEP

FOLDER is empty; RUN is a good run; of all inputs those from FIRST on are given, each STEP-th. A line of JSON for each.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from hostile import CANARY, EVIL, Content, Hostile, every

ROOM = 512 << 20  # bytes of addresses beyond those that the process has when an input is given
PATIENCE = 30  # seconds until an input is given up


class OutOfTime(BaseException):
    """Raised by the timer."""


def main() -> None:
    folder, run, first, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    os.environ |= {"NAS_CACHE": str(folder / "cache"), "HOME": str(folder)}
    out = os.fdopen(os.dup(1), "w", buffering=1)
    prepare()
    signal.signal(signal.SIGALRM, _ring)
    inputs = every()
    for place in range(first, len(inputs), step):
        out.write(json.dumps({"place": place, "name": inputs[place].name, "harmless": inputs[place].harmless}) + "\n")
        out.write(json.dumps(given(inputs[place], folder / str(place), run)) + "\n")
        shutil.rmtree(folder / str(place), ignore_errors=True)


def prepare() -> None:
    """Load what the commands load, so that its time and memory are not an input's."""
    import datetime  # noqa: F401

    import optuna  # noqa: F401
    import PIL.Image
    import torch

    import nas.api
    import nas.cli
    import nas.data
    import nas.evaluate.train
    import nas.exports
    import nas.report
    import nas.space.settings
    import nas.study
    import nas.zoo

    PIL.Image.init()
    nas.data.describe(digits := nas.space.settings.DataSettings())
    nas.data.load(digits, cache=nas.data.default_cache())
    torch.set_num_threads(1)


def limit_memory() -> None:
    """From here on this process may take so much more than it has."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, resource.RLIM_INFINITY))


def _ring(*_: object) -> None:
    raise OutOfTime


def given(hostile: Hostile, folder: Path, run: Path) -> dict[str, Any]:
    """How an input ended: status, what was said, seconds of this process, and what was touched."""
    inside = folder / "inside"
    inside.mkdir(parents=True)
    (folder / "outside").mkdir()
    (folder / "outside" / "secret").write_bytes(b"secret without an end of line")
    (inside / "evil.py").write_text(EVIL)
    if hostile.run:
        shutil.copytree(run, inside / "run")
    for name, content in hostile.files.items():
        written(inside / "run" / name if hostile.run else inside / name, content)
    os.chdir(inside)
    before = outside(folder)
    limit_memory()
    said = io.StringIO()
    started = time.process_time()
    signal.alarm(PATIENCE)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status: object = ended(hostile)
    except OutOfTime:
        status = "it took too long"
    except BaseException:
        status = traceback.format_exc(limit=-8)[-3000:]
    finally:
        signal.alarm(0)
    seconds = time.process_time() - started
    os.chdir(folder)
    touched = sorted(str(path) for path in folder.rglob(CANARY)) + ([] if outside(folder) == before else ["outside"])
    sys.modules.pop("evil", None)
    return {
        "status": status,
        "said": said.getvalue()[-4000:],
        "lines": said.getvalue().count("\n"),
        "seconds": seconds,
        "touched": touched,
    }


def written(path: Path, content: Content) -> None:
    if callable(content):
        path.parent.mkdir(parents=True, exist_ok=True)
        content(path)
    elif path.parent.is_symlink() or path.is_symlink():
        raise AssertionError(f"{path} would be written outside")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def outside(folder: Path) -> list[tuple[str, bytes]]:
    """Everything beside the folder that the input may use."""
    found = [path for path in folder.iterdir() if path.name not in ("inside", "cache")]
    found += list((folder / "outside").rglob("*"))
    return sorted((str(path), path.read_bytes() if path.is_file() else b"") for path in found)


def ended(hostile: Hostile) -> int:
    """The exit status; 2 as well where a function raised the error of a user."""
    from nas.cli import main as command
    from nas.cli.show import note
    from nas.errors import InputError

    if hostile.command[0] in ("load", "state", "weights"):
        try:
            read(hostile.command[0])
        except InputError as error:
            note(f"nas: {' '.join(str(error).splitlines())}")
            return 2
        return 0
    sys.argv = ["nas", *hostile.command]
    try:
        command()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def read(kind: str) -> None:
    from nas.errors import RunError

    if kind == "load":
        from nas.data import default_cache, describe, load
        from nas.space import load as space

        settings = space("space.yaml").file.data
        describe(settings)
        load(settings, cache=default_cache())
    elif kind == "state":
        from nas.evaluate.checkpoint import Checkpoint
        from nas.storage import Folder

        if Checkpoint(Folder(Path("trial"))).load() is None:
            raise RunError("no state")
    else:
        from nas.evaluate.weights import load_weights
        from nas.network import build
        from nas.zoo import find

        genome = find("lenet5").build()
        load_weights(build(genome), genome, "weights.safetensors")


if __name__ == "__main__":
    main()
