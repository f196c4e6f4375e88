"""What a sampler sees: results in the order of the search, and of what cannot be had a constraint."""

from __future__ import annotations

import pytest
from optuna.trial import TrialState, create_trial

from nas.strategy import View, configured
from nas.strategy.history import PAUSED
from nas.study.decisions.memory import VIOLATED, Memory


@pytest.fixture
def memory(space) -> Memory:
    return made(space())


def made(space, *, seed: int = 3, directions=("minimize",)) -> Memory:
    return Memory(configured("random", {}), View(space.draw), list(directions), seed)


def test_a_proposal_depends_on_the_seed_and_its_number_alone(space):
    first, again, other = made(space()), made(space()), made(space(), seed=4)
    drawn = [first.propose()[1].params for _ in range(4)]
    again.restore([create_trial(state=TrialState.RUNNING) for _ in range(3)], {})
    assert again.propose()[1].params == drawn[3]
    assert other.propose()[1].params != drawn[0]


def test_a_draw_that_raises_is_given_back_as_its_error(space, monkeypatch):
    error = ValueError("no such network")

    def draw(trial: object) -> None:
        raise error

    memory = Memory(configured("random", {}), View(draw), ["minimize"], 0)  # type: ignore[arg-type]
    assert memory.propose()[0] is error


def test_what_is_told_with_values_is_complete_and_what_violates_a_budget_says_by_how_much(memory):
    for _ in range(3):
        memory.propose()
    memory.tell(0, [0.5], curve={1: 0.7, 2: 0.5})
    memory.tell(1, None, violation=0.25)
    assert [memory.complete(number) for number in range(3)] == [True, False, False]
    assert memory._row(0).intermediate_values == {1: 0.7, 2: 0.5}
    assert memory._row(1).state == TrialState.PRUNED
    assert memory._row(1).system_attrs[VIOLATED] == 0.25


def test_one_that_paused_may_be_told_again_and_one_that_ended_may_not(memory):
    memory.propose()
    memory.tell(0, None, curve={1: 0.7}, paused=True)
    assert memory.paused(0)
    memory.tell(0, [0.4], curve={1: 0.7, 2: 0.4})
    assert (memory.paused(0), memory.complete(0)) == (False, True)
    assert PAUSED not in memory._row(0).system_attrs
    memory.tell(0, [0.1])
    assert memory._row(0).values == [0.4]


def test_curves_reach_samplers_of_one_objective_only(space):
    memory = made(space(), directions=("minimize", "minimize"))
    memory.propose()
    memory.tell(0, [0.5, 1.0], curve={1: 0.7})
    assert memory._row(0).intermediate_values == {}


def test_what_was_stored_comes_back_untold_with_what_samplers_noted(space, memory):
    frozen = memory.propose()[1]
    frozen.system_attrs = {"parents": [1], "constraints": [0.5]}
    again = made(space())
    again.restore([frozen], {"generation": 2})
    row = again._row(0)
    assert (row.params, row.system_attrs, row.state) == (frozen.params, {"parents": [1]}, TrialState.RUNNING)
    assert again.state()["generation"] == 2
