"""An export is killed at system calls that write: it is there as a whole, old or new, or not at all (P20)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from commands import Home, serving
from harness import Broken
from records import Record
from test_system_calls import numbered, traced_command

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
CALLS = "openat,write,close,rename,unlink,unlinkat,mkdir,rmdir,fsync,ftruncate"
SMALL = ("evaluator=train", "strategy.trials=1", "train.epochs=1", "network.depth=1", "network.width=4", "network.block=basic")


def whole(folder: Path) -> set[str] | None:
    """The files of an export that is what its manifest says; None where there is no export."""
    if not folder.exists():
        return None
    manifest = json.loads((folder / "manifest.json").read_text())
    names = {path.name for path in folder.iterdir()}
    assert names == {"manifest.json", *manifest["files"]}
    for name, about in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == about["sha256"], f"{name} is not whole"
    return names


@pytest.mark.parametrize("points", [3, pytest.param(110, marks=pytest.mark.long)])
def test_an_export_that_is_killed_is_whole_or_not_there(memory_folder, record: Record, points):
    with serving(torch=True) as server:
        home = Home(memory_folder)
        search = Broken(server, home, SMALL)
        assert search.go_on() == 0
        export = ["export", "run", "0", "--allow-code", "--to"]
        folder, calls = memory_folder / "run" / "exports" / "0", memory_folder / "calls"
        new = {"manifest.json", "genome.yaml", "model.safetensors"}
        found: list[set[str] | None] = []

        def before(number: int) -> set[str] | None:
            """Every other time there is an export already, which is replaced."""
            shutil.rmtree(folder.parent, ignore_errors=True)
            if number % 2:
                assert server.wait(server.start([*export, "genome"], home)) == 0, home.err.read_text()
            return whole(folder)

        before(1)
        assert traced_command(server, [*export, "genome,safetensors"], home, "-o", str(calls), calls=CALLS) == 0, (
            home.err.read_text()
        )
        made = list(numbered(calls.read_text()))
        made = made[next(place for place, (name, _) in enumerate(made) if name == "mkdir") :]  # before it only reads
        for point in range(points):
            was = before(point)
            name, place = made[point * len(made) // points]
            kill = f"inject={name}:signal=KILL:when={place}"
            traced_command(server, [*export, "genome,safetensors"], home, "-o", os.devnull, "-e", kill, calls=CALLS)
            found.append(whole(folder))
            assert found[-1] in (was, new, None)
            assert server.wait(server.start([*export, "genome,safetensors"], home)) == 0, home.err.read_text()
            assert whole(folder) == new
            assert [path.name for path in folder.parent.iterdir()] == ["0"], "something is left beside the export"
        assert any(one != new for one in found) and not home.processes()
    old = sum(one not in (new, None) for one in found)
    said = f"of {len(made)} calls; 0 half, {old} old, {found.count(new)} new, {found.count(None)} none"
    fault = "nas export killed at a system call that writes; every other time it replaces one"
    record("P20", fault, times=points, promised="the whole export, the old or the new one, or none", found=said)
