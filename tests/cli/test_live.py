"""The live table: never wider than the terminal, and what it says."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from nas.cli.live import SETTLED, Lines, View, line
from nas.space.settings import ObjectiveSettings
from nas.study import Trial

CHOICES = {"block": "inception", "connect": "merge-and-run", "depth": 4, "branches": 4, "width": 21}


def trial(number: int, state: str = "finished", **values) -> Trial:
    curve = {epoch: {"error": 0.5 / epoch} for epoch in (1, 2, 3)} if state != "repeat" else {}
    metrics = {"error": 0.125} if state in ("finished", "repeat") else {}
    costs = {"params": 1_700_000, "macs": 250_000_000, "depth": 118}
    return Trial(number, state, choices=CHOICES, curve=curve, metrics=metrics, **costs, **values)


def drawn(view: View, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=30, force_terminal=False)
    console.print(view.table())
    return console.file.getvalue().rstrip("\n").split("\n")


@pytest.fixture
def view() -> View:
    view = View(planned=24, objective=ObjectiveSettings(metric="error"))
    for number in range(9):
        view.update(trial(number))
    view.update(trial(9, "repeat", repeats=3, reason="the network of trial 3"))
    view.update(trial(10, "running"))
    return view


@pytest.mark.parametrize("width", [80, 100, 200])
def test_each_trial_is_one_line_within_the_terminal(view, width):
    lines = drawn(view, width)
    assert len(lines) == 1 + SETTLED + 1 + 1
    assert max(map(len, lines)) <= width


def test_numbers_are_never_cut_at_80_columns(view):
    assert drawn(view, 80)[1].split()[:7] == ["3", "finished", "3", "12.50", "%", "1.7M", "250M"]


def test_the_sum_says_what_is_done_and_what_is_best(view):
    view.update(trial(11))
    view._trials[11].metrics["error"] = 0.02
    text = drawn(view, 100)[-1]
    assert text.startswith("10 of 24 trained, 1 running, 1 repeated, ")
    assert text.endswith("; best is trial 11, error 2.00 %")


def test_the_best_of_an_accuracy_is_the_highest():
    view = View(planned=2, objective=ObjectiveSettings(metric="accuracy", direction="maximize"))
    for number, accuracy in enumerate((0.5, 0.9, 0.7)):
        view.update(trial(number))
        view._trials[number].metrics["accuracy"] = accuracy
    assert "best is trial 1, accuracy 90.00 %" in drawn(view, 100)[-1]


def test_a_trial_is_one_line_where_there_is_no_terminal():
    text = line(trial(7, "failed", reason="error: RuntimeError: one\ntwo"), "error")
    assert text.startswith("trial   7  failed")
    assert text.endswith("width 21  (error: RuntimeError: one two)")
    assert "\n" not in text


def test_paused_and_screened_trials_are_counted_apart(view):
    for number, state in enumerate(("paused", "paused", "screened"), start=11):
        view.update(trial(number, state))
    assert drawn(view, 130)[-1].startswith("9 of 24 trained, 1 running, 2 paused, 1 repeated, 1 screened, ")


def test_a_paused_trial_says_where_it_stands(view):
    view.update(trial(11, "paused"))
    row = next(line for line in drawn(view, 130) if line.split()[:1] == ["11"])
    assert row.split()[1:6] == ["paused", "3", "16.67", "%", "1.7M"]


def test_a_trial_that_pauses_is_told_of_at_each_rung_and_at_its_end(capsys):
    watch = Lines("error").update
    paused, later = trial(3, "paused"), trial(3, "paused")
    later.curve[9] = {"error": 0.05}
    for told in (trial(3, "running"), paused, paused, trial(3, "running"), later, trial(3), trial(4, "screened")):
        watch(told)
    heads = [line[:25].split() for line in capsys.readouterr().err.splitlines()]
    assert [head[2:5] for head in heads] == [["paused", "at", "3"], ["paused", "at", "9"], ["finished", "er"]]


def test_repeats_in_a_row_are_one_line(capsys):
    lines = Lines("error")
    for number in range(5):
        lines.update(trial(number, "repeat", reason="the network of trial 9"))
    lines.update(trial(5))
    lines.update(trial(6, "repeat", reason="the network of trial 9"))
    lines.close()
    written = capsys.readouterr().err.splitlines()
    assert written[0] == "5 trials, 0 to 4, repeat networks that were tried before"
    assert [line.split()[1:3] for line in written[1:]] == [["5", "finished"], ["6", "repeat"]]
