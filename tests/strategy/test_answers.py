"""Draws without a trial: what is given is taken where it fits, and the rest can be new."""

from __future__ import annotations

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from nas.strategy.answers import Answers, allows
from nas.strategy.tried import Tried
from nas.testing import problems


def answers(seed: int, tried: Tried | None = None, **given) -> Answers:
    from random import Random

    return Answers(given, tried or Tried(), Random(seed))


def test_given_choices_are_taken_and_the_others_drawn():
    found = [answers(seed, depth=7) for seed in range(40)]
    assert {one.suggest_int("depth", 1, 9) for one in found} == {7}
    assert {one.suggest_categorical("block", ["basic", "fire"]) for one in found} == {"basic", "fire"}


@pytest.mark.parametrize(
    ("given", "values", "fits"),
    [
        (7, IntDistribution(1, 9), True),
        (7, IntDistribution(1, 6), False),
        (4, IntDistribution(1, 9, step=2), False),
        ("five", IntDistribution(1, 9), False),
        (0.5, FloatDistribution(0.0, 1.0), True),
        (0.5, FloatDistribution(0.6, 1.0, log=True), False),
        (float("nan"), FloatDistribution(0.0, 1.0), False),
        (None, IntDistribution(1, 9), False),
        ("fire", CategoricalDistribution(["basic", "fire"]), True),
        ("dense", CategoricalDistribution(["basic", "fire"]), False),
    ],
)
def test_a_choice_may_take_what_its_values_hold(given, values, fits):
    assert allows(values, given) is fits


def test_what_does_not_fit_is_drawn_instead():
    drawn = {answers(seed, depth=70).suggest_int("depth", 1, 3) for seed in range(40)}
    assert drawn == {1, 2, 3}


def test_asked_again_it_answers_the_same():
    one = answers(0)
    assert len({one.suggest_float("share", 0.0, 1.0) for _ in range(5)}) == 1
    assert list(one.params) == ["share"]


def test_it_notes_what_was_asked_as_a_trial_of_optuna_does():
    from random import Random

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    trial = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0)).ask()
    for problem in (problems["mixed"], problems["conditional"]):
        problem.draw(trial)
        again = Answers(trial.params, Tried(), Random(0))
        drawn = problem.draw(again)
        assert again.params == {name: trial.params[name] for name in again.params} == drawn
        assert again.distributions == {name: trial.distributions[name] for name in again.params}


def test_what_is_drawn_avoids_what_was_tried():
    problem, tried = problems["tiny"], Tried()
    found = []
    for seed in range(13):
        one = answers(seed, tried)
        problem.draw(one)
        tried.add(one.params, one.distributions)
        found.append(str(one.params))
    assert len(set(found)) == 13


def test_given_ones_stay_where_the_others_must_give_way():
    problem, tried = problems["tiny"], Tried()
    for seed in range(8):  # inception has 4 branches times 2
        one = answers(seed, tried, block="inception")
        problem.draw(one)
        assert one.params["block"] == "inception"
        assert tried.untried(one.params)
        tried.add(one.params, one.distributions)
