"""What was injected, what was promised and what was found: a table at the end, and in README.md by `--faults FILE`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what the tests share

from patience import LONG_TEST_SECONDS
from records import Record
from settled import Asked, asked

HERE = Path(__file__).parent
BEGIN, END = "<!-- found -->", "<!-- end of found -->"
HEAD = "| promise | fault | times | promised | found |\n| --- | --- | --- | --- | --- |"
ROW, ASKED = "fault", "asked"  # names of what a test's report carries

Row = tuple[int, str, int, str, str]  # promise, fault, times, promised, found


class Found:
    """The lines of all tests that passed; of the short and the long form of one test that of the form that did more."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, str], Row] = {}
        self._asked = Asked()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Reports come here from workers of pytest-xdist too."""
        if report.when == "call" and report.passed:
            for row in [tuple(value) for name, value in report.user_properties if name == ROW]:
                if row[:2] not in self._rows or self._rows[row[:2]][2] <= row[2]:
                    self._rows[row[:2]] = row
            for searches, rows in [value for name, value in report.user_properties if name == ASKED]:
                self._asked.searches += searches
                self._asked.rows += rows

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        lines = [
            f"| P{promise} | {fault} | {times:,} | {promised} | {found} |"
            for promise, fault, times, promised, found in sorted([*self._rows.values(), *self._settled()])
        ]
        if not lines:
            return
        table = "\n".join([HEAD, *lines])
        terminalreporter.write_line(table)
        path: Path | None = terminalreporter.config.getoption("--faults", default=None)
        if path is not None and exitstatus == pytest.ExitCode.OK:  # a table with holes would look like a whole one
            before, _, rest = path.read_text().partition(BEGIN)
            path.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}")

    def _settled(self) -> list[Row]:
        """What all tests together asked of the studies of searches that were over."""
        if not self._asked.searches:
            return []
        fault = "any of these faults; each search that came to its end, by itself or resumed"
        found = f"0 of {self._asked.rows:,} rows are RUNNING"
        return [(6, fault, self._asked.searches, "no row is left RUNNING", found)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", type=Path, default=None, metavar="FILE", help="write the table of what was found into it")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Found())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG_TEST_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """The report of a test says how many studies it asked; those of a test that fails are not counted."""
    searches, rows = asked.searches, asked.rows
    result = yield
    item.user_properties.append((ASKED, (asked.searches - searches, asked.rows - rows)))
    return result


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Give one line to the table of faults, when all that it says has been asserted."""

    def note(promise: str, fault: str, *, times: int, promised: str, found: str) -> None:
        request.node.user_properties.append((ROW, (int(promise.removeprefix("P")), fault, times, promised, found)))

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


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short: Ray makes sockets in temporary folders, and would be given another one otherwise."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        yield Path(folder)
