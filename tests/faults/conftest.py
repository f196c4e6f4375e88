"""What was injected, what was promised and what was found: a table at the end, and in README.md by `--faults FILE`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what the tests share

BEGIN, END = "<!-- found -->", "<!-- end of found -->"
HEAD = "| promise | fault | times | promised | found |\n| --- | --- | --- | --- | --- |"


class Record(Protocol):
    """Note one line of the table; `promise` as P1 to P22, `found` in words or numbers that were measured."""

    def __call__(self, promise: str, fault: str, *, times: int, promised: str, found: str) -> None: ...


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
