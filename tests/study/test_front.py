from __future__ import annotations

from random import Random

import pytest

from nas.study.front import front
from nas.study.trial import Trial

WAYS = [("error", "minimize"), ("accuracy", "maximize")]


def trial(number: int, error: float, accuracy: float) -> Trial:
    return Trial(number, "finished", metrics={"error": error, "accuracy": accuracy})


def beaten(one: Trial, other: Trial) -> bool:
    mine, theirs = one.metrics, other.metrics
    as_good = theirs["error"] <= mine["error"] and theirs["accuracy"] >= mine["accuracy"]
    return as_good and theirs != mine


@pytest.mark.parametrize("seed", range(20))
def test_nobody_on_the_front_is_beaten_and_all_others_are(seed: int) -> None:
    draw = Random(seed)
    trials = [trial(number, draw.randint(0, 9), draw.randint(0, 9)) for number in range(60)]
    expected = [one for one in trials if not any(beaten(one, other) for other in trials)]
    assert front(trials, WAYS) == expected


def test_of_one_objective_all_that_are_best_are_on_it() -> None:
    trials = [trial(0, 2, 0), trial(1, 1, 0), trial(2, 1, 5)]
    assert [one.number for one in front(trials, WAYS[:1])] == [1, 2]


def test_a_trial_without_a_value_is_not_on_it() -> None:
    assert front([Trial(0, "finished"), Trial(1, "paused", metrics={"error": 0.0})], WAYS[:1]) == []
