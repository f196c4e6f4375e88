"""The driver is killed at system calls that write: of the study, of checkpoints, of what is beside them (P3)."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from commands import ForkServer, Home, serving
from harness import RULES, Broken, check_over
from records import Record

CALLS = "write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,mkdir,flock,chmod"

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@pytest.fixture(params=["study", pytest.param("checkpoints", marks=pytest.mark.long)])
def writer(request: pytest.FixtureRequest) -> Iterator[tuple[ForkServer, tuple[str, ...]]]:
    """A command to be traced, and the settings of its search: with trials that write nothing, or a checkpoint each epoch."""
    saves = request.param == "checkpoints"
    with serving(torch=saves) as server:
        yield server, ("strategy.trials=20", *RULES["pause"], *(["evaluator=trials:saving"] if saves else []))


def traced(search: Broken, *options: str) -> int:
    """Start the driver once under strace; gives its exit status (minus a signal's number)."""
    assert isinstance(search.command, ForkServer)
    status = traced_command(search.command, search.arguments(), search.home, *options)
    search.starts += 1
    search.note(status)
    return status


def traced_command(server: ForkServer, arguments: Sequence[str], home: Home, *options: str, calls: str = CALLS) -> int:
    """Run the command under strace; gives its exit status."""
    pid = server.start(arguments, home, stopped=True)
    tracer = subprocess.Popen(["strace", "-qq", "-p", str(pid), "-e", f"trace={calls}", *options])
    while f"TracerPid:\t{tracer.pid}\n" not in Path(f"/proc/{pid}/status").read_text():
        assert tracer.poll() is None, "strace may not trace here"
        time.sleep(0.002)
    os.kill(pid, signal.SIGCONT)
    status = server.wait(pid)
    tracer.wait()
    return status


def numbered(calls: str) -> Iterator[tuple[str, int]]:
    """Each call of a trace with its number among those of its name, as strace counts them."""
    counts: Counter[str] = Counter()
    for name in re.findall(r"^(\w+)\(", calls, re.M):
        counts[name] += 1
        yield name, counts[name]


@pytest.mark.parametrize("points", [10, pytest.param(300, marks=pytest.mark.long)])
def test_a_search_that_is_killed_at_a_system_call_is_the_unbroken_one(writer, memory_folder, record: Record, points, request):
    server, settings = writer
    twin = Broken(server, Home(memory_folder / "twin"), settings)
    calls = memory_folder / "calls"
    assert traced(twin, "-o", str(calls)) == 0
    made = list(numbered(calls.read_text()))
    assert len(made) > 500
    killed = 0
    for point in range(points):
        home = Home(memory_folder / str(point))
        search = Broken(server, home, settings)
        name, place = made[point * len(made) // points]
        for when in (place, 1 + place // 3):  # the resume too
            traced(search, "-o", os.devnull, "-e", f"inject={name}:signal=KILL:when={when}")
        assert search.go_on() == 0
        check_over(search, twin.run)
        killed += search.kills
        shutil.rmtree(home.folder)
    assert killed >= points
    what = request.node.callspec.params["writer"]
    fault = f"the driver killed at a system call that writes ({CALLS.replace(',', ', ')}), trials that write the {what}"
    found = f"of {len(made):,} calls; 0 lost, 0 run again, 0 left running, 0 tables differ"
    record("P3", fault, times=killed, promised="nothing lost, nothing run again, nothing half-written", found=found)
