"""What goes out to workers comes back once: retries, late results, workers that are gone, idle time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nas.evaluate import Outcome
from nas.runner.dispatch import Dispatch, Idleness
from nas.runner.interrupt import Interrupts
from nas.runner.plan import Plan
from nas.runner.worker import Death
from nas.space import load
from nas.study import Run

SPACE = """
name: made-up
data: {name: digits}
network: {stages: 2, depth: {int: [1, 4]}, width: {int: [4, 24]}}
train: {epochs: 3}
strategy: {name: random, trials: 6, window: 2, repeats: retrain}
"""
PLAN = Plan("ray", "local", 3, 1.0, 0.0, 1, None, ())
GOOD = Outcome(status="finished", metrics={"error": 0.5}, seconds=1.0)


@pytest.fixture
def dispatch(tmp_path: Path) -> Dispatch:
    (tmp_path / "space.yaml").write_text(SPACE)
    run = Run.create(tmp_path / "run", load(tmp_path / "space.yaml").bound(input_shape=(1, 8, 8), classes=10))
    return Dispatch(run.search(), run, PLAN, Interrupts())


def test_a_trial_whose_worker_died_is_given_out_again_before_any_new_one(dispatch: Dispatch):
    first = dispatch.next()
    assert first is not None
    dispatch.ended(first.number, Death("error: its process was ended by SIGKILL"))
    again = dispatch.next()
    assert again is not None
    assert (again.number, again.attempt) == (first.number, 2)


def test_it_fails_with_the_reason_when_it_has_died_too_often(dispatch: Dispatch):
    for _ in range(2):
        job = dispatch.next()
        assert job is not None and job.number == 0
        dispatch.report(0, 1, {"error": 0.7})
        dispatch.ended(0, Death("error: its process was ended by SIGKILL"))
    trial = dispatch.search.trials[0]
    assert (trial.state, trial.attempt, trial.metrics) == ("failed", 2, {"error": 0.7})
    assert trial.reason == "error: its process was ended by SIGKILL, the last of 2 times"


def test_a_second_result_changes_nothing(dispatch: Dispatch):
    job = dispatch.next()
    assert job is not None
    dispatch.ended(job.number, GOOD)
    dispatch.ended(job.number, replace(GOOD, metrics={"error": 0.1}))
    dispatch.ended(job.number, Death("error: late"))
    assert dispatch.search.trials[job.number].metrics == {"error": 0.5}


def test_a_late_report_of_a_trial_that_was_given_up_ends_it_there(dispatch: Dispatch):
    job = dispatch.next()
    assert job is not None
    dispatch.ended(job.number, Death("error: lost"))
    assert not dispatch.report(job.number, 1, {"error": 0.2})
    assert dispatch.search.trials[job.number].curve == {}


def test_trials_of_workers_that_are_gone_go_out_again_and_no_death_is_counted(dispatch: Dispatch):
    for _ in range(3):
        assert dispatch.next() is not None
        dispatch.give_up_workers()
    job = dispatch.next()
    assert job is not None and (job.number, job.attempt) == (0, 4)


def test_it_is_done_when_all_was_told(dispatch: Dispatch):
    numbers = []
    while (job := dispatch.next()) is not None:
        assert not dispatch.done
        numbers.append(job.number)
        dispatch.ended(job.number, GOOD)
    assert numbers == list(range(6))
    assert dispatch.done


def test_idle_time_is_that_of_workers_whom_the_order_lets_wait(dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch):
    clock = [0.0]
    monkeypatch.setattr("nas.runner.dispatch.time.monotonic", lambda: clock[0])
    dispatch.idleness = Idleness()
    first, second = dispatch.next(), dispatch.next()
    assert first is not None and second is not None
    assert dispatch.next() is None  # a window of 2 holds the third worker back
    clock[0] = 10.0
    dispatch.ended(first.number, GOOD)
    assert dispatch.idleness.share == pytest.approx(1 / 3)
