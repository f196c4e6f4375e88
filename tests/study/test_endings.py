"""What the end of a trial means for those that repeat its network, and what a broken search left unwritten."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from optuna.trial import TrialState, create_trial

from nas.space.settings import ObjectiveSettings
from nas.study.endings import Endings
from nas.study.trial import Trial


class Written:
    """In the place of a store: what is written of which trial."""

    def __init__(self) -> None:
        self.said: list[tuple] = []

    def wait(self, trial: Trial) -> None:
        self.said.append(("wait", trial.number))

    def go_on(self, trial: Trial) -> None:
        self.said.append(("go on", trial.number))

    def settle(self, trial: Trial, values: list[float] | None) -> None:
        self.said.append(("settle", trial.number, values))


@pytest.fixture
def parts() -> tuple[list[Trial], Written, Endings, SimpleNamespace]:
    """Trial 0, and trial 1, which repeats it."""
    trials = [Trial(0, "running"), Trial(1, "repeat", repeats=0)]
    store, screening = Written(), SimpleNamespace(group=[])
    knowledge = SimpleNamespace(repeats={0: [trials[1]]})
    objectives = [ObjectiveSettings(metric="error")]
    endings = Endings(trials, store, objectives, knowledge, screening, lambda trial: None)  # type: ignore[arg-type]
    return trials, store, endings, screening


def test_a_repeat_gets_the_result_of_its_original_and_why(parts):
    (original, repeat), store, endings, _ = parts
    original.state, original.metrics = "finished", {"error": 0.5}
    endings.write(original)
    assert store.said == [("settle", 0, [0.5]), ("settle", 1, [0.5])]
    assert (repeat.metrics, repeat.reason) == ({"error": 0.5}, "the network of trial 0 (finished)")


def test_a_repeat_waits_with_its_original_and_fails_with_it(parts):
    (original, repeat), store, endings, _ = parts
    original.state = "paused"
    endings.write(original)
    original.state = "failed"
    endings.write(original)
    assert store.said == [("wait", 0), ("wait", 1), ("settle", 0, None), ("settle", 1, None)]
    assert (repeat.metrics, repeat.reason) == ({}, "the network of trial 0 (failed)")


def test_of_an_original_that_runs_or_may_still_be_chosen_nothing_is_known(parts):
    (original, repeat), store, endings, screening = parts
    endings.follow(repeat)
    original.state, screening.group = "screened", [original]
    endings.follow(repeat)
    assert store.said == []


@pytest.mark.parametrize(
    ("state", "row", "written"),
    [
        ("running", TrialState.RUNNING, []),
        ("running", TrialState.WAITING, [("go on", 0)]),
        ("paused", TrialState.RUNNING, [("wait", 0)]),
        ("paused", TrialState.WAITING, []),
        ("failed", TrialState.RUNNING, [("settle", 0, None)]),
        ("failed", TrialState.FAIL, []),
        ("finished", TrialState.WAITING, [("settle", 0, [0.5])]),
    ],
)
def test_what_was_left_unwritten_is_written(parts, state, row, written):
    (trial, _), store, endings, _ = parts
    trial.state, trial.metrics = state, {"error": 0.5}
    endings.mend(trial, create_trial(state=row))
    assert store.said == written
