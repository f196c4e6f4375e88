"""Searches that pause, broken off between any two writes and taken up again."""

from __future__ import annotations

import random

import pytest
from helpers import ONE, PAUSE, drive, evaluate, result, states, table

from nas.study import Run


@pytest.mark.parametrize("strategy", ["tpe", "nsga2", "evolution"])
def test_a_search_made_anew_for_each_leg_is_the_unbroken_one(start, strategy):
    settings = [*PAUSE, *ONE, f"strategy.name={strategy}"]
    unbroken, broken = start(*settings), start(*settings)
    drive(unbroken.search())
    while not (search := Run.open(broken.folder).search()).over:
        trial = search.ask()
        evaluate(search, trial, until=random.Random(trial.number * 7 + trial.attempt).choice([None, 1, 3]))
    assert table(unbroken) == table(broken)
    assert sorted(set(states(Run.open(broken.folder)))) == ["COMPLETE", "WAITING"]


class Killed(Exception):
    """The process is gone."""


def _write_until(run: Run, monkeypatch, *, after: int) -> bool:
    """Drive a run until its store has written so often, then break it off between two writes; False: it came to its end."""
    left = after
    journal = run.store._storage._backend
    append = journal.append_logs

    def one_by_one(logs) -> None:
        """As a process that is killed between two lines, also of those that are written together."""
        nonlocal left
        if journal._held is not None:
            append(logs)
            return
        for log in logs:
            if left == 0:
                raise Killed
            left -= 1
            append([log])

    with monkeypatch.context() as patch:
        patch.setattr(journal, "append_logs", one_by_one)
        try:
            drive(run.search(scores=by_depth), workers=2)
        except Killed:
            return True
    return False


def by_depth(genome) -> dict[str, float]:
    return {"naswot": float(genome.depth % 4)}


PREFILTER = ["strategy.prefilter={of: 3}", "strategy.trials=5", "network.depth={int: [1, 2]}", "network.width={choice: [8, 24]}"]


@pytest.mark.parametrize("settings", [["strategy.trials=5"], [*PREFILTER, "budget.params=20k"]], ids=["plain", "prefilter"])
def test_a_search_that_is_killed_before_any_write_ends_as_the_unbroken_one(start, settings, monkeypatch):
    settings = [*PAUSE, *ONE, "strategy.name=tpe", "strategy.window=2", *settings]
    unbroken = start(*settings)
    assert not _write_until(unbroken, monkeypatch, after=10_000)
    assert len({trial.state for trial in unbroken.trials}) > 1
    for first in (0, 1, 2, 3, 5, 8):
        broken, after = start(*settings), first
        while _write_until(Run.open(broken.folder), monkeypatch, after=after):
            after = 3 + (after * 5 + first) % 7  # at least so many, that it goes on at all
        again = Run.open(broken.folder)
        assert table(again) == table(unbroken)
        assert states(again) == states(unbroken)


def test_a_search_made_anew_shows_the_sampler_no_epoch_after_the_rung_that_is_known(start):
    run = start(*PAUSE, *ONE, "strategy.trials=2", "strategy.window=1")
    search = run.search()
    result(search, search.ask().number, 0.1)
    result(search, search.ask().number, 0.2)
    search.report(search.ask().number, 2, {"error": 0.05})
    again = Run.open(run.folder).search()
    assert again.trials[0].curve == {1: {"error": 0.1}, 2: {"error": 0.05}}
    assert again._memory._study.get_trials(deepcopy=False)[0].intermediate_values == {1: 0.1}


def test_a_promotion_that_was_half_written_counts_and_its_row_runs_when_the_search_is_resumed(start, monkeypatch):
    run = start(*PAUSE, *ONE, "strategy.trials=2", "strategy.window=1")
    search = run.search()
    result(search, search.ask().number, 0.1)
    result(search, search.ask().number, 0.2)
    journal = run.store._storage._backend
    append = journal.append_logs

    def killed(logs) -> None:
        if journal._held is not None:
            append(logs)
            return
        append(logs[:1])
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(journal, "append_logs", killed)
        with pytest.raises(Killed):
            search.ask()
    assert states(run)[0] == "WAITING"
    again = Run.open(run.folder).search()
    assert states(Run.open(run.folder))[0] == "RUNNING"
    assert (again.ask().number, again.trials[0].until) == (0, 2)
