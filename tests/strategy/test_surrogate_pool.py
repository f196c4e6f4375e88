"""The networks that are chosen among: feasible, untried, each once, and around the best."""

from __future__ import annotations

from random import Random

import pytest

import nas
from nas.errors import OverBudget
from nas.strategy import View
from nas.strategy.answers import Answers
from nas.strategy.history import History, Told
from nas.strategy.surrogate.drawing import Drawing
from nas.strategy.surrogate.pool import ALONE, BESIDE, CHILDREN, NEAREST, RANDOM, candidates
from nas.strategy.tried import Tried
from nas.testing import problems

DRAWN = [name for name in problems if name != "nothing to choose"]


def history_of(draw, count: int) -> tuple[History, list[Told]]:
    """Of so many random trials without a repeat; the best first."""
    history, told = History(), []
    random = Random(0)
    while len(told) < count and not history.tried.all:
        answers = Answers({}, history.tried, random)
        try:
            draw(answers)
        except OverBudget:
            history.tried.add(answers.params, answers.distributions)
            continue
        history.tried.add(answers.params, answers.distributions)
        told.append(Told(len(told), (0.0,), answers.params, answers.distributions, {}))
    return history, told


@pytest.fixture(scope="module")
def staged():
    return nas.load("deeper-vs-wider", overrides=["network.width={int: [4, 60]}"]).bound(input_shape=(1, 8, 8), classes=10)


@pytest.mark.parametrize("name", DRAWN)
def test_all_candidates_are_feasible_and_untried_and_each_is_there_once(name):
    problem = problems[name]
    history, best = history_of(problem.draw, 8)
    drawing = Drawing(View(problem.draw))
    for seed in range(5):
        found = candidates(drawing, history, best, Random(seed))
        assert found
        assert len({str(sorted(one.item.params.items())) for one in found}) == len(found)
        for one in found:
            assert history.tried.untried(one.item.params)
            again = Answers(one.item.params, Tried(), Random(0))
            problem.draw(again)  # raises where it costs too much
            assert again.params == one.item.params
            assert again.distributions == one.item.distributions


def test_candidates_of_a_space_with_a_budget_keep_it(staged):
    history, best = history_of(staged.draw, 6)
    found = candidates(Drawing(View(staged.draw)), history, best, Random(0))
    for one in found[::5]:
        genome = staged.draw(Answers(one.item.params, Tried(), Random(0))).genome
        assert genome.params <= 40_000 and genome.macs <= 2_000_000
    assert len(found) > CHILDREN


def test_there_are_neighbours_of_the_best_few_children_of_more_and_random_ones():
    problem = problems["flat"]
    history, best = history_of(problem.draw, 20)
    found = candidates(Drawing(View(problem.draw)), history, best, Random(0))
    assert len(found) <= NEAREST * BESIDE + CHILDREN + RANDOM
    parents = {one.parents[0] for one in found if one.parents}
    assert {told.number for told in best[:NEAREST]} <= parents
    assert len(parents) > NEAREST + 3
    assert sum(not one.parents for one in found) > RANDOM / 2
    for one in found:
        if one.parents == [best[0].number]:
            assert sum(one.item.params[name] != value for name, value in best[0].params.items()) >= 1
    beside = [one for one in found if one.parents == [0] and sum(one.item.params[n] != v for n, v in best[0].params.items()) == 1]
    assert len(beside) >= 20  # of its 24 neighbours those that were not tried


def test_parents_are_named_and_share_most_choices():
    problem = problems["flat"]
    history, best = history_of(problem.draw, 20)
    by_number = {told.number: told for told in best}
    for one in candidates(Drawing(View(problem.draw)), history, best, Random(1)):
        if one.parents:
            parent = by_number[one.parents[0]]
            assert any(one.item.params[name] == value for name, value in parent.params.items())


def test_without_results_all_are_random():
    problem = problems["flat"]
    found = candidates(Drawing(View(problem.draw)), History(), [], Random(0))
    assert RANDOM < len(found) <= ALONE
    assert all(not one.parents for one in found)


def test_the_last_that_is_left_is_found():
    problem = problems["tiny"]
    history, told = history_of(problem.draw, 12)
    found = candidates(Drawing(View(problem.draw)), history, told, Random(0))
    assert len(found) == 1


def test_where_nothing_is_left_there_is_no_candidate():
    problem = problems["tiny"]
    history, told = history_of(problem.draw, 13)
    assert history.tried.all
    assert candidates(Drawing(View(problem.draw)), history, told, Random(0)) == []
