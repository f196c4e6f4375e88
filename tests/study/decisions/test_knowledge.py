"""What a sampler learns of each trial, in its place among the numbers."""

from __future__ import annotations

from typing import Any

import pytest

from nas.space.settings import ObjectiveSettings
from nas.study.decisions.knowledge import Knowledge, final
from nas.study.decisions.order import Order
from nas.study.decisions.stopping import Rungs
from nas.study.trial import Trial

ERROR = (ObjectiveSettings(metric="error"),)


class Told:
    """In the place of the memory: what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[int, Any]] = []

    def tell(self, number: int, values: Any, **more: Any) -> None:
        self.said.append((number, values))

    def complete(self, number: int) -> bool:
        return any(n == number and values is not None for n, values in self.said)

    def paused(self, number: int) -> bool:
        return False


@pytest.fixture
def parts(space) -> tuple[list[Trial], Order, Told, Knowledge]:
    """Four trials: 0 and 3 are trained, 1 repeats 0, 2 was screened."""
    trials = [Trial(0, "running"), Trial(1, "repeat", repeats=0), Trial(2, "screened"), Trial(3, "running")]
    order, told = Order(window=1), Told()
    knowledge = Knowledge(trials, order, Rungs(space().file), told, ERROR)  # type: ignore[arg-type]
    for trial in trials:
        knowledge.add_repeat(trial)
        if trial.trains:
            order.begin(trial, None)
    return trials, order, told, knowledge


def finish(trial: Trial, error: float) -> None:
    trial.state, trial.metrics, trial.curve = "finished", {"error": error}, {1: {"error": error}}


def test_untrained_trials_are_told_in_their_places_a_repeat_with_the_values_of_its_original(parts):
    trials, _, told, knowledge = parts
    finish(trials[0], 0.5)
    finish(trials[3], 0.25)
    assert knowledge.learn_to(2)
    assert told.said == [(0, [0.5]), (1, [0.5]), (2, None), (3, [0.25])]


def test_nothing_is_told_that_lies_behind_what_is_still_open(parts):
    trials, _, told, knowledge = parts
    finish(trials[3], 0.25)
    assert not knowledge.learn_to(2)
    assert told.said == []


def test_a_failed_trial_has_no_values(parts):
    trials, _, told, knowledge = parts
    trials[0].state = "failed"
    knowledge.learn_to(1)
    assert told.said == [(0, None)]


def test_only_a_complete_trial_has_final_values():
    done = Trial(0, "finished", metrics={"error": 0.5}, macs=7)
    both = (*ERROR, ObjectiveSettings(metric="macs"))
    assert final(done, both) == [0.5, 7.0]
    assert final(Trial(0, "stopped", metrics={"error": 0.5}), both) is None
    assert final(done, (ObjectiveSettings(metric="latency"),)) is None
