"""A grid tries every combination once, in the order of the file."""

from __future__ import annotations

from nas.errors import InputError
from nas.space.drawing import every
from nas.strategy import View, strategies
from nas.study.decisions.memory import Memory
from nas.testing import check_strategy, problems

GRID = strategies.get("grid")


def proposals(problem: str, trials: int) -> list[dict]:
    memory = Memory(GRID, View(problems[problem].draw), ["minimize"], 0)
    return [memory.propose()[1].params for _ in range(trials)]


def test_it_tries_what_a_walk_through_all_combinations_finds_in_its_order():
    def draw(trial):
        first = trial.suggest_categorical("connect", ["plain", "residual"])
        depth = trial.suggest_int("depth", 2, 6, step=2)
        return (first, depth, trial.suggest_int("branches", 1, 2)) if first == "plain" else (first, depth)

    memory = Memory(GRID, View(draw), ["minimize"], 0)
    assert [memory.propose()[0] for _ in range(9)] == list(every(draw))


def test_conditions_are_followed_and_nothing_comes_twice():
    found = [tuple(sorted(params.items())) for params in proposals("tiny", 13)]
    assert len(set(found)) == 13 == problems["tiny"].size


def test_when_all_was_tried_it_begins_again():
    found = proposals("tiny", 14)
    assert found[13] == found[0]


def test_it_keeps_the_promises_of_a_strategy_but_that_another_seed_gives_another_search():
    check_strategy(GRID, without=["deterministic", "quick"], on=["tiny", "flat", "two objectives", "tight"])


def test_a_range_of_numbers_with_fractions_is_refused():
    memory = Memory(GRID, View(problems["mixed"].draw), ["minimize"], 0)
    drawn, _ = memory.propose()
    assert isinstance(drawn, InputError)
    assert "'grid' tries every combination, and dropout is any number of a range" in str(drawn)
