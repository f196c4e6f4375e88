"""Tables of text."""

from __future__ import annotations

import pytest

from nas.cli.leaderboard import leaderboard
from nas.cli.show import cut, table
from nas.study import Run


def test_numbers_stand_to_the_right_and_text_to_the_left():
    assert table(["name", "params"], [["a", "1,000"], ["longer", "9"]]) == "name    params\na        1,000\nlonger       9"


@pytest.mark.parametrize("cell", ["1,234", "12.50 %", "1.2e-07", "36.9k", "4*", "-"])
def test_what_counts_as_a_number(cell):
    assert table(["a column"], [[cell]]).splitlines()[1] == cell.rjust(8).rstrip()


def test_a_long_line_is_cut_to_the_terminal():
    assert cut("a line that is long", 8) == "a line …"
    assert cut("short", 8) == "short"


@pytest.mark.parametrize("width", [60, 80, 100, 130])
def test_a_leaderboard_is_never_wider_than_the_terminal(finished, width):
    assert max(map(len, leaderboard(Run.open(finished), limit=None, width=width).splitlines())) <= width


def test_a_wide_terminal_shows_costs_written_out(finished):
    run = Run.open(finished)
    assert f"{run.best.macs:,}" in leaderboard(run, limit=None, width=130)
    assert f"{run.best.macs:,}" not in leaderboard(run, limit=None, width=100)
