"""What a strategy knows: results, curves of trials that were ended early or wait, and what runs; read once."""

from __future__ import annotations

import math

import optuna
import pytest
from optuna.distributions import IntDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from nas.strategy.history import History, history_of
from nas.study.decisions.memory import PAUSED, Memory

DEPTH = IntDistribution(1, 200)
LESS = [StudyDirection.MINIMIZE]


def row(number: int, state: TrialState, *, values=None, curve=None, paused=False, violation=0.0) -> FrozenTrial:
    attrs = ({"paused": True} if paused else {}) | ({"constraints:settled": violation} if violation else {})
    trial = create_trial(
        state=state,
        params={"depth": number + 1},
        distributions={"depth": DEPTH},
        values=values,
        intermediate_values=curve or {},
        system_attrs=attrs,
    )
    trial.number = number
    return trial


def finished(number: int, value: float = 1.0, **more) -> FrozenTrial:
    return row(number, TrialState.COMPLETE, values=[value], **more)


class Counted(list):
    """A list of trials that notes which were looked at."""

    def __init__(self, *trials) -> None:
        super().__init__(*trials)
        self.looked_at: list[int] = []

    def __getitem__(self, place):
        self.looked_at.append(place)
        return super().__getitem__(place)


@pytest.fixture
def memory() -> Memory:
    """A search that draws one number at random."""
    from nas.strategy import View, strategies

    return Memory(strategies.get("random"), View(lambda trial: trial.suggest_int("depth", 1, 200)), ["minimize"], 0)


def known(memory: Memory) -> History:
    return history_of(memory._study, len(memory._study.get_trials(deepcopy=False)))


def test_whoever_pauses_and_whoever_asks_mean_the_same_mark():
    from nas.strategy import history

    assert history.PAUSED == PAUSED


def test_a_paused_trial_has_a_curve_and_no_values_until_it_ends(memory):
    memory.propose()
    assert list(known(memory).running) == [0]
    memory.tell(0, None, curve={1: 0.9, 3: 0.5}, paused=True)
    history = known(memory)
    assert (history.running, history.told) == ({}, [])
    assert (history.partial[0].curve, history.partial[0].values) == ({1: 0.9, 3: 0.5}, ())
    memory.tell(0, [0.2], curve={1: 0.9, 3: 0.5, 9: 0.2})
    history = known(memory)
    assert history.partial == {}
    assert [(told.number, told.values, told.curve) for told in history.told] == [(0, (0.2,), {1: 0.9, 3: 0.5, 9: 0.2})]
    assert [told.number for told in history.front] == [0]


def test_a_trial_that_pauses_twice_has_its_longer_curve(memory):
    memory.propose()
    memory.tell(0, None, curve={1: 0.9}, paused=True)
    assert known(memory).partial[0].curve == {1: 0.9}
    memory.tell(0, None, curve={1: 0.9, 3: 0.5}, paused=True)
    assert known(memory).partial[0].curve == {1: 0.9, 3: 0.5}


def test_a_paused_trial_that_fails_when_it_goes_on_is_known_for_nothing(memory):
    memory.propose()
    memory.tell(0, None, curve={1: 0.9}, paused=True)
    assert 0 in known(memory).partial
    memory.tell(0, None, violation=1.0, curve={1: 0.9})
    history = known(memory)
    assert (history.partial, history.told, history.running) == ({}, [], {})


def test_one_that_goes_on_stands_by_its_number_among_the_others(memory):
    for number in range(3):
        memory.propose()
        memory.tell(number, [float(number)] if number != 1 else None, curve={1: 0.5}, paused=number == 1)
    assert [told.number for told in known(memory).told] == [0, 2]
    memory.tell(1, [-1.0])
    history = known(memory)
    assert [told.number for told in history.told] == [0, 1, 2]
    assert [told.number for told in history.front] == [1]


def test_whoever_was_stopped_is_partial_for_good_and_never_tried_again(memory):
    memory.propose()
    memory.tell(0, None, curve={1: 0.9})
    memory.propose()
    history = known(memory)
    assert (list(history.partial), list(history.running)) == ([0], [1])
    depth = memory._study.trials[0].params["depth"]
    assert not history.tried.untried({"depth": depth})


def test_only_what_is_new_runs_or_waits_is_looked_at():
    trials = Counted([finished(n) for n in range(100)])
    history = History()
    history.read(trials, LESS, 100)
    assert trials.looked_at == list(range(100))
    trials.looked_at.clear()
    trials += [finished(100), row(101, TrialState.RUNNING), row(102, TrialState.PRUNED, curve={1: 0.5}, paused=True)]
    history.read(trials, LESS, 103)
    assert trials.looked_at == [100, 101, 102]
    trials.looked_at.clear()
    history.read(trials, LESS, 103)
    assert sorted(trials.looked_at) == [101, 102]
    trials[101:] = [finished(101), finished(102)]
    history.read(trials, LESS, 103)
    trials.looked_at.clear()
    history.read(trials, LESS, 103)
    assert trials.looked_at == []
    assert len(history.told) == 103


def test_the_same_study_has_one_history(memory):
    memory.propose()
    assert known(memory) is known(memory)


def test_of_what_is_maximised_values_and_curves_change_their_sign():
    history = History()
    history.read([finished(0, 0.9, curve={1: 0.4, 2: 0.9})], [StudyDirection.MAXIMIZE], 1)
    assert (history.told[0].values, history.told[0].curve) == ((-0.9,), {1: -0.4, 2: -0.9})


def test_epochs_without_a_finite_value_are_left_out_and_a_curve_of_nothing_else_is_none():
    history = History()
    curves = [{1: math.nan, 2: 0.5, 3: math.inf}, {1: math.nan}]
    history.read([row(n, TrialState.PRUNED, curve=curve) for n, curve in enumerate(curves)], LESS, 2)
    assert {number: told.curve for number, told in history.partial.items()} == {0: {2: 0.5}}


def test_infinite_and_forbidden_ones_are_known_for_nothing():
    history = History()
    history.read([finished(0, math.inf), finished(1, -5.0, violation=0.5), finished(2)], LESS, 3)
    assert [told.number for told in history.told] == [2]


def test_a_trial_that_is_told_as_failed_is_known_for_nothing():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    study.ask({"depth": DEPTH})
    assert list(history_of(study, 1).running) == [0]
    study.tell(0, state=TrialState.FAIL)
    history = history_of(study, 1)
    assert (history.running, history.told, history.partial) == ({}, [], {})


def test_the_front_keeps_the_first_of_equals_whenever_it_is_told():
    history = History()
    trials = [row(0, TrialState.PRUNED, curve={1: 0.1}, paused=True), finished(1, 3.0), finished(2, 4.0)]
    history.read(trials, LESS, 3)
    assert [told.number for told in history.front] == [1]
    trials[0] = finished(0, 3.0)
    history.read(trials, LESS, 3)
    assert [told.number for told in history.front] == [0]
