"""A run whose study is in a database is killed while it is made: the same command makes it, and nothing is left of the first."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ForkServer, Home, serving
from harness import SPACE, check_clean, rows, table
from records import Record
from settled import check_settled
from test_system_calls import numbered, traced_command

from nas.database_url import parse
from nas.study import Run
from nas.study.following import studies

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
MADE = 'unlink("run/.unfinished")'  # the last call of a making
SEARCH = ("search", "space.yaml", "--out", "run", "--allow-code", "--runner", "runner.yaml", "--set", "strategy.trials=3")
RESUME = ("resume", "run", "--allow-code", "--runner", "runner.yaml")


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with serving() as server:
        yield server


def home(folder: Path) -> Home:
    """A folder to search in, whose runs are studies of a database beside them."""
    folder.mkdir(parents=True)
    (folder / "space.yaml").write_text(SPACE)
    (folder / "runner.yaml").write_text(f"name: faults\nengine: inline\nstudy: sqlite:///{folder}/studies.db\n")
    return Home(folder)


@pytest.mark.parametrize("points", [3, pytest.param(60, marks=pytest.mark.long)])
def test_a_search_that_is_killed_while_its_study_is_made_is_begun_again(server, memory_folder, record: Record, points):
    twin, trace, first = home(memory_folder / "twin"), memory_folder / "calls", home(memory_folder / "first")
    assert server.wait(server.start(SEARCH, first)) == 0  # it also fills the cache of images, which is done once
    assert traced_command(server, SEARCH, twin, "-o", str(trace)) == 0
    made = list(numbered(trace.read_text().partition(MADE)[0]))
    assert len(made) > 40
    points = min(points, len(made))
    for point in range(points):
        name, place = made[point * len(made) // points]
        here = home(memory_folder / str(point))
        kill = ("-o", os.devnull, "-e", f"inject={name}:signal=KILL:when={place}")
        assert traced_command(server, SEARCH, here, *kill) == -signal.SIGKILL
        assert traced_command(server, SEARCH, here, *kill) in (0, -signal.SIGKILL)  # and once more
        run = here.folder / "run"
        arguments = RESUME if (run / "study.url").exists() and not (run / ".unfinished").exists() else SEARCH
        assert server.wait(server.start(arguments, here)) == 0, here.err.read_text()
        found = studies(parse(f"sqlite:///{here.folder}/studies.db"))
        assert [(one.space, one.planned, one.over) for one in found] == [("faults", 3, True)], f"{name} {place}"
        assert (table(run), rows(run)) == (table(twin.folder / "run"), rows(twin.folder / "run"))
        check_settled(Run.open(run, allow_code=True))
        check_clean(here, run)
        shutil.rmtree(here.folder)
    record("P3", "killed at a system call that writes, while a run and its study in a database are made", times=points,
           promised="the same command makes it, with nothing left of what was begun",
           found=f"of {len(made)} calls; 0 names blocked, 0 studies left over, 0 tables differ")  # fmt: skip
