"""What was injected, what was promised and what was found: a table at the end, and in README.md by `--faults FILE`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what the tests share

from records import Record

BEGIN, END = "<!-- found -->", "<!-- end of found -->"
HEAD = "| promise | fault | times | promised | found |\n| --- | --- | --- | --- | --- |"


Row = tuple[int, str, int, str, str]  # promise, fault, times, promised, found


class Found:
    """All lines of this run; of the short and the long form of a test the one that did more."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, str], Row] = {}

    def add(self, row: Row) -> None:
        key = row[:2]
        if key not in self._rows or self._rows[key][2] <= row[2]:
            self._rows[key] = row

    @property
    def rows(self) -> list[Row]:
        return sorted(self._rows.values())


_found = pytest.StashKey[Found]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", type=Path, default=None, metavar="FILE", help="write the table of what was found into it")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_found] = Found()


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Give one line to the table of faults, when all that it says has been asserted."""

    def note(promise: str, fault: str, *, times: int, promised: str, found: str) -> None:
        request.config.stash[_found].add((int(promise.removeprefix("P")), fault, times, promised, found))

    return note


@pytest.fixture
def memory_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is such a thing: a kill does not ask whether the disk has the bytes, which takes long."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="nas-faults-", dir=memory) as folder:
        yield Path(folder)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist gives its lines to the process that started it."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["faults"] = session.config.stash[_found].rows


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for row in getattr(node, "workeroutput", {}).get("faults", ()):
        node.config.stash[_found].add(tuple(row))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    rows = config.stash[_found].rows
    if not rows:
        return
    lines = (f"| P{promise} | {fault} | {times:,} | {promised} | {found} |" for promise, fault, times, promised, found in rows)
    table = "\n".join([HEAD, *lines])
    terminalreporter.write_line(table)
    path: Path | None = config.getoption("--faults", default=None)
    if path is not None and exitstatus == pytest.ExitCode.OK:  # a table with holes would look like a whole one
        before, _, rest = path.read_text().partition(BEGIN)
        path.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}")
