"""The tree of what was tried, against lists of all assignments."""

from __future__ import annotations

from random import Random

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from nas.space.drawing import every
from nas.strategy.tried import Tried

KIND = CategoricalDistribution(["a", "b"])
SIDE = CategoricalDistribution([False, True])
COUNT = IntDistribution(1, 3)
PLACE = FloatDistribution(0.0, 1.0)
VALUES = {"kind": KIND, "side": SIDE, "count": COUNT, "place": PLACE}


def tree(*trials: dict) -> Tried:
    tried = Tried()
    for params in trials:
        tried.add(params, VALUES)
    return tried


def test_everything_is_open_before_the_first_trial():
    assert Tried().open({"kind": "a"})
    assert not Tried().all


def test_what_was_tried_is_not_open_and_what_differs_is():
    tried = tree({"kind": "a", "side": True})
    assert not tried.open({"kind": "a", "side": True})
    assert tried.open({"kind": "a", "side": False})
    assert tried.open({"kind": "b", "side": True})


def test_choices_that_a_condition_leaves_out_make_nothing_new():
    tried = tree({"kind": "a"}, {"kind": "b", "count": 2})
    assert not tried.open({"kind": "a", "count": 3})
    assert tried.open({"kind": "b", "count": 3})


def test_a_choice_that_is_not_wished_for_keeps_it_open_until_all_of_its_values_are_tried():
    trials = [{"kind": "b", "count": count} for count in (1, 2, 3)]
    assert tree(*trials[:2]).open({"kind": "b"})
    assert not tree(*trials).open({"kind": "b"})


def test_behind_an_unknown_choice_what_is_wished_for_counts_again():
    tried = tree(*({"kind": kind, "side": True} for kind in ("a", "b")))
    assert not tried.open({"side": True})
    assert tried.open({"side": False})


def test_a_continuum_is_never_spent():
    tried = tree(*({"kind": "a", "place": n / 100} for n in range(100)), {"kind": "b"})
    assert tried.open({"kind": "a"})
    assert not tried.all
    assert not tried.open({"kind": "a", "place": 0.5})


def test_all_is_tried_when_every_assignment_is():
    trials = [{"kind": "a"}, *({"kind": "b", "count": count} for count in (1, 2, 3))]
    assert [tree(*trials[:n]).all for n in range(1, 5)] == [False, False, False, True]


def test_a_trial_that_went_on_replaces_the_end_that_was_noted_while_it_ran():
    tried = tree({"kind": "a"}, {"kind": "b"})
    assert tried.all
    tried.add({"kind": "a", "count": 1}, VALUES)
    assert not tried.all
    assert tried.open({"kind": "a", "count": 2})


def test_a_neighbour_counts_as_tried_when_a_trial_had_its_choices_whatever_came_behind():
    tried = tree({"kind": "b", "place": 0.3})
    assert not tried.untried({"kind": "b"})
    assert tried.untried({"kind": "a"})


@pytest.mark.parametrize("seed", range(20))
def test_random_answers_visit_every_assignment_of_a_conditional_space_once(seed):
    def draw(trial) -> dict:
        params = {"n": trial.suggest_int("n", 0, 2)}
        for number in range(params["n"]):
            params[f"k{number}"] = trial.suggest_categorical(f"k{number}", ["x", "y", "z"])
            if params[f"k{number}"] == "y":
                params[f"s{number}"] = trial.suggest_int(f"s{number}", 2, 8, step=3)
        return params

    class Sampler(optuna.samplers.RandomSampler):
        def sample_independent(self, study, trial, param_name, param_distribution):
            return tried.choose(trial.params, param_name, param_distribution, {}, random)

    expected = [str(params) for params in every(draw)]
    assert len(expected) == 1 + 5 + 25
    tried, random, seen = Tried(), Random(seed), []
    study = optuna.create_study(sampler=Sampler())
    while not tried.all:
        trial = study.ask()
        seen.append(str(draw(trial)))
        tried.add(trial.params, trial.distributions)
    assert sorted(seen) == sorted(expected)
