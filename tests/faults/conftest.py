"""What was injected, what was promised and what was found: a table at the end, and in README.md by `--faults FILE`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what the tests share

from records import Record

BEGIN, END = "<!-- found -->", "<!-- end of found -->"
HEAD = "| promise | fault | times | promised | found |\n| --- | --- | --- | --- | --- |"


@dataclass
class Found:
    """All lines of this run."""

    rows: dict[tuple[int, str], str]


_found = pytest.StashKey[Found]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", type=Path, default=None, metavar="FILE", help="write the table of what was found into it")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_found] = Found({})


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Give one line to the table of faults, when all that it says has been asserted."""

    def note(promise: str, fault: str, *, times: int, promised: str, found: str) -> None:
        row = f"| {promise} | {fault} | {times:,} | {promised} | {found} |"
        request.config.stash[_found].rows[int(promise.removeprefix("P")), fault] = row

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash[_found]
    if not found.rows:
        return
    table = "\n".join([HEAD, *[row for _, row in sorted(found.rows.items())]])
    terminalreporter.write_line(table)
    path: Path | None = config.getoption("--faults", default=None)
    if path is not None:
        before, _, rest = path.read_text().partition(BEGIN)
        path.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}")
