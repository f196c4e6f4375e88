"""Networks drawn without a trial: remembered, new, with their scores, and those of other runs beside them."""

from __future__ import annotations

from random import Random

import pytest
from optuna.distributions import CategoricalDistribution, IntDistribution

import nas
from nas.errors import OverBudget
from nas.genome import Genome
from nas.space.drawing import RandomTrial
from nas.strategy import Earlier, View
from nas.strategy.surrogate import drawing as module
from nas.strategy.surrogate.drawing import Drawing
from nas.strategy.tried import Tried
from nas.testing import problems

CELL = {f"edge{a}-{b}": "nor_conv_1x1" for a, b in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))}


@pytest.fixture(scope="module")
def space():
    return nas.load("nasbench201")


class Counted:
    """A space that counts its draws."""

    def __init__(self, draw) -> None:
        self._draw, self.count = draw, 0

    def __call__(self, trial):
        self.count += 1
        return self._draw(trial)


def test_the_same_choices_are_drawn_once(space):
    draw = Counted(space.draw)
    drawing = Drawing(View(draw))
    first = drawing.completed(CELL, Tried(), Random(0))
    assert drawing.completed(dict(reversed(CELL.items())), Tried(), Random(1)) is first
    assert drawing.item(CELL) is first
    assert draw.count == 1
    assert first.numbers and first.genome is None  # a genome for each of thousands would fill the memory


def test_what_costs_too_much_is_none_and_remembered():
    draw = Counted(problems["tight"].draw)
    drawing = Drawing(View(draw))
    dear = {"stage1.width": 16, "stage2.width": 16, "stage3.width": 16}
    with pytest.raises(OverBudget):
        problems["tight"].draw(_Fixed(dear))
    assert [drawing.completed(dear, Tried(), Random(n)) for n in range(3)] == [None] * 3
    assert draw.count == 1
    assert drawing.completed(dear | {"stage1.width": 1, "stage2.width": 1}, Tried(), Random(0)) is not None


class _Fixed:
    def __init__(self, params) -> None:
        self._params = params

    def suggest_int(self, name, low, high, **more):
        return self._params[name]


def test_only_so_many_are_remembered_and_the_latest_asked_for_stay(monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    draw = Counted(problems["tight"].draw)
    drawing = Drawing(View(draw))

    def ask(first: int) -> None:
        drawing.completed({"stage1.width": first, "stage2.width": 1, "stage3.width": 1}, Tried(), Random(0))

    for first in (1, 2, 3, 1, 4):  # 2 was not asked for again
        ask(first)
    assert draw.count == 4
    for first in (1, 3, 4):
        ask(first)
    assert draw.count == 4
    ask(2)
    assert draw.count == 5


def test_what_is_drawn_beside_given_choices_is_new():
    problem, tried = problems["tiny"], Tried()
    drawing = Drawing(View(problem.draw))
    for number in range(8):
        item = drawing.completed({"block": "inception"}, tried, Random(number))
        assert item is not None and tried.untried(item.params)
        tried.add(item.params, item.distributions)


def test_remembering_changes_no_proposal():
    """Generators stand where they would without it, so that a search which is made anew goes on in the same way."""
    problem = problems["conditional"]
    warm, generators = Drawing(View(problem.draw)), [Random(3), Random(3)]
    wishes = [{"edits": 2}, {}, {"edits": 1, "edit1.kind": "swap"}, {"edits": 1, "edit1.kind": "swap"}, {}, {"edits": 0}]
    for given in wishes:
        one = warm.completed(given, Tried(), generators[0])
        other = Drawing(View(problem.draw)).completed(given, Tried(), generators[1])
        assert one is not None and other is not None
        assert one.params == other.params
    assert generators[0].getstate() == generators[1].getstate()


def test_the_fingerprint_of_a_trial_is_that_of_its_network(space):
    drawing = Drawing(View(space.draw))
    # Behind `none` alone lies nothing, so the first edge does not matter.
    unused = CELL | {"edge1-2": "none", "edge1-3": "none"}
    assert drawing.fingerprint(unused) == drawing.fingerprint(unused | {"edge0-1": "skip_connect"})
    assert drawing.fingerprint(unused) != drawing.fingerprint(CELL)
    assert len(drawing.fingerprint(CELL)) == 32


def test_an_assignment_without_a_network_is_known_by_itself():
    drawing = Drawing(View(problems["tight"].draw))
    dear = {"stage1.width": 16, "stage2.width": 16, "stage3.width": 16}
    assert drawing.fingerprint(dear) == drawing.fingerprint(dict(reversed(dear.items())))
    assert len({drawing.fingerprint(dear | {"stage1.width": width}) for width in (1, 2, 16)}) == 3


def test_scores_are_asked_for_once_for_each_network(space):
    asked: list[Genome] = []

    def scores(genome: Genome) -> dict[str, float]:
        asked.append(genome)
        return {"synflow": float(genome.params)}

    drawing = Drawing(View(space.draw, scores))
    item = drawing.item(CELL)
    assert item.scores == {}
    scored = [drawing.scored(item) for _ in range(3)]
    assert {one.scores["synflow"] for one in scored} == {asked[0].params}
    assert len(asked) == 1
    other = drawing.scored(drawing.item(CELL | {"edge0-1": "none"}))
    assert other.scores != scored[0].scores


def test_where_no_scores_are_asked_for_or_there_is_no_network_there_are_none(space):
    item = Drawing(View(space.draw)).item(CELL)
    assert Drawing(View(space.draw)).scored(item) is item
    drawing = Drawing(View(problems["tiny"].draw, lambda genome: {"synflow": 1.0}))
    item = drawing.item({"block": "fire", "squeeze": 0.5})
    assert drawing.scored(item) is item


def test_networks_of_other_runs_keep_their_graph_and_take_this_space_s_ranges(space):
    genome = space.draw(RandomTrial(0)).genome
    choices = {"edge0-1": "skip_connect", "edge0-2": "conv_9x9", "depth": 3, "width": 700, "mood": "good"}
    drawing = Drawing(View(space.draw, earlier=[Earlier(genome, choices, (0.1,))]))
    ops = CategoricalDistribution(["skip_connect", "none"])
    depth = IntDistribution(1, 9)
    item = drawing.earlier(-1, {"edge0-1": ops, "edge0-2": ops, "depth": depth, "width": IntDistribution(1, 99)})
    alone = {name: CategoricalDistribution([choices[name]]) for name in ("edge0-2", "width", "mood")}
    assert item.distributions == {"edge0-1": ops, "depth": depth, **alone}
    assert item.params == choices
    assert item.genome is genome
    # What is known of the space at one proposal does not stay for the next.
    assert drawing.earlier(-1, {}).distributions["depth"] == CategoricalDistribution([3])
