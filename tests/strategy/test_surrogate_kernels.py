"""How alike networks are: proper kernels on every kind of space, and by hand where that can be done."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

import nas
from nas.errors import OverBudget
from nas.strategy.answers import Answers
from nas.strategy.surrogate.features import Item, described
from nas.strategy.surrogate.kernels import STEEP, alike
from nas.strategy.tried import Tried

SPACES = ("deeper-vs-wider", "googlenet-edits", "nasbench201")


def items_of(name: str, count: int) -> list[Item]:
    space = nas.load(name).bound(input_shape=(3, 32, 32) if name == "nasbench201" else (1, 8, 8), classes=10)
    found, seed = [], 0
    while len(found) < count:
        answers, seed = Answers({}, Tried(), Random(seed)), seed + 1
        try:
            genome = space.draw(answers).genome
        except OverBudget:
            continue
        found.append(described(genome, answers.params, answers.distributions))
    return found


def chosen(distributions: dict, **params) -> Item:
    return Item(params, {name: distributions[name] for name in params})


def with_numbers(*numbers: float, **scores: float) -> Item:
    """One that differs in its numbers alone."""
    subtrees = ((np.array([1]), np.array([1.0])),)
    return Item({}, {}, subtrees, numbers, scores)


@pytest.mark.parametrize("name", SPACES)
def test_every_kernel_is_one_on_the_diagonal_symmetric_and_positive_semi_definite(name):
    items = items_of(name, 60)
    matrices = alike(items, len(items))
    assert matrices.shape == (6, 60, 60)
    for matrix in matrices:
        assert np.diag(matrix) == pytest.approx(1, abs=1e-9)
        assert matrix == pytest.approx(matrix.T, abs=1e-12)
        assert np.linalg.eigvalsh(matrix).min() > -1e-9
        assert -1e-12 < matrix.min() < matrix.max() < 1 + 1e-9


def test_asked_for_some_against_all_it_gives_their_rows():
    items = items_of("deeper-vs-wider", 20)
    assert alike(items, 7) == pytest.approx(alike(items, 20)[:, :7], abs=1e-12)


def test_deeper_subtrees_are_alike_in_fewer_networks():
    matrices = alike(items_of("nasbench201", 40), 40)[1:5]
    means = [matrix.mean() for matrix in matrices]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 0.1


def test_a_network_is_like_itself_under_other_choices():
    """Two cells of one function: what lies behind nothing but `none` is not used."""
    space = nas.load("nasbench201")
    edges = {"edge0-2": "nor_conv_3x3", "edge0-3": "none", "edge1-2": "none", "edge1-3": "none", "edge2-3": "skip_connect"}
    items = []
    for unused in ("skip_connect", "avg_pool_3x3"):
        answers = Answers(edges | {"edge0-1": unused}, Tried(), Random(0))
        items.append(described(space.draw(answers).genome, answers.params, answers.distributions))
    matrices = alike(items, 2)
    assert items[0].params != items[1].params
    assert matrices[1:5, 0, 1] == pytest.approx(1, abs=1e-12)
    assert matrices[0, 0, 1] == pytest.approx(math.exp(-STEEP / 6))


def test_subtrees_by_hand():
    # Counts (4, 1) of names 1 and 2 and (9,) of name 1: cos of roots of shares is sqrt(4/5 * 1).
    items = [
        Item({}, {}, ((np.array([1, 2]), np.array([4.0, 1.0])),), (1.0,)),
        Item({}, {}, ((np.array([1]), np.array([9.0])),), (1.0,)),
        Item({}, {}, ((np.array([3]), np.array([2.0])),), (1.0,)),
    ]
    subtrees = alike(items, 3)[1]
    assert subtrees == pytest.approx(np.array([[1, math.sqrt(0.8), 0], [math.sqrt(0.8), 1, 0], [0, 0, 1]]))


@pytest.mark.parametrize(
    ("values", "one", "other", "differing"),
    [
        (CategoricalDistribution(["basic", "preact", "fire"]), "basic", "fire", 1.0),
        (CategoricalDistribution(["basic", "preact", "fire"]), "fire", "fire", 0.0),
        (IntDistribution(1, 9), 1, 9, 1.0),
        (IntDistribution(1, 9), 3, 5, 0.25),
        (FloatDistribution(0.0, 2.0), 0.5, 1.0, 0.25),
        (IntDistribution(1, 256, log=True), 4, 16, 0.25),
        (FloatDistribution(1e-4, 1.0, log=True), 1e-3, 1e-2, 0.25),
        (IntDistribution(3, 3), 3, 3, 0.0),
    ],
)
def test_choices_by_hand(values, one, other, differing):
    # Two choices, of which the second is the same; the kernel falls to exp(-STEEP) where all differ.
    both = {"first": values, "second": CategoricalDistribution(["a", "b"])}
    items = [chosen(both, first=value, second="a") for value in (one, other)]
    assert alike(items, 2)[0, 0, 1] == pytest.approx(math.exp(-STEEP * differing / 2))


def test_a_choice_that_only_one_has_differs_wholly_whatever_its_kind():
    kinds = {
        "block": CategoricalDistribution(["a", "b"]),
        "number": IntDistribution(1, 9),
        "only": IntDistribution(3, 3),
        "kind": CategoricalDistribution(["x", "there"]),
    }
    for more in ({"number": 1}, {"number": 5}, {"number": 9}, {"only": 3}, {"kind": "x"}, {"kind": "there"}):
        # Two have three choices together: 1.5 on average.
        items = [chosen(kinds, block="a"), chosen(kinds, block="a", **more)]
        assert alike(items, 2)[0, 0, 1] == pytest.approx(math.exp(-STEEP / 1.5))


def test_values_of_other_types_are_not_mixed_up():
    values = {"kernel": CategoricalDistribution([3, "3", "3x3", None, "None", True])}
    items = [chosen(values, kernel=value) for value in (3, "3", "3x3", None, "None", True)]
    assert alike(items, 6)[0] == pytest.approx(np.where(np.eye(6), 1, math.exp(-STEEP)))


def test_numbers_are_the_matern_kernel_of_another_library():
    from sklearn.gaussian_process.kernels import Matern

    points = np.random.default_rng(0).normal(size=(12, 3)) * [1, 50, 0.01] + [0, 9, -3]
    scaled = (points - points.mean(0)) / points.std(0)
    expected = Matern(length_scale=math.sqrt(3), nu=2.5)(scaled)
    assert alike([with_numbers(*point) for point in points], 12)[-1] == pytest.approx(expected, abs=1e-12)


def test_numbers_that_never_change_say_nothing_and_make_no_holes():
    plain = alike([with_numbers(float(n)) for n in range(5)], 5)[-1]
    still = alike([with_numbers(float(n), 7.0) for n in range(5)], 5)[-1]
    assert np.isfinite(still).all()
    assert still[0] == pytest.approx([((d := r * math.sqrt(2.5)) and 0) + (1 + d + d * d / 3) * math.exp(-d) for r in
                                      [abs(n) / math.sqrt(2) for n in range(5)]])  # fmt: skip
    assert still[0, 4] > plain[0, 4]
    assert alike([with_numbers(7.0, 1e9)] * 3, 3)[-1] == pytest.approx(np.ones((3, 3)))


def test_a_score_that_is_not_known_counts_as_the_mean():
    known = [with_numbers(float(n), synflow=float(n)) for n in (1, 2, 4)]
    mean = math.expm1(np.mean([math.log1p(n) for n in (1, 2, 4)]))
    without = alike([*known, with_numbers(3.0)], 4)[-1]
    broken = alike([*known, with_numbers(3.0, synflow=math.nan)], 4)[-1]
    endless = alike([*known, with_numbers(3.0, synflow=math.inf)], 4)[-1]
    told = alike([*known, with_numbers(3.0, synflow=mean)], 4)[-1]
    assert without == pytest.approx(broken)
    assert without == pytest.approx(endless)
    # One more value at the mean narrows the spread and moves nothing: the order of distances is the same.
    assert np.argsort(without[3]).tolist() == np.argsort(told[3]).tolist()


def test_scores_that_span_orders_of_magnitude_are_taken_by_their_logarithm():
    spread = [with_numbers(1.0, synflow=value) for value in (0.0, math.expm1(5), math.expm1(10), -math.expm1(5))]
    matrix = alike(spread, 4)[-1]
    assert matrix[0, 1] == pytest.approx(matrix[1, 2]) == pytest.approx(matrix[0, 3])


def test_problems_without_networks_have_the_kernel_of_choices_alone():
    values = {"n": IntDistribution(0, 4)}
    assert alike([chosen(values, n=0), chosen(values, n=4)], 2).shape == (1, 2, 2)


def test_without_any_choice_all_are_alike():
    assert alike([Item({}, {}), Item({}, {})], 2)[0] == pytest.approx(np.ones((2, 2)))


def test_choices_of_another_run_stand_beside_these():
    """A value that this space does not have is another one, and a name that it does not have is a difference."""
    items = items_of("nasbench201", 2)
    stranger = replace(
        items[0],
        params={**items[0].params, "edge0-1": "conv_9x9", "depth": 3},
        distributions={
            name: CategoricalDistribution([value])
            for name, value in {**items[0].params, "edge0-1": "conv_9x9", "depth": 3}.items()
        },
    )
    matrix = alike([*items, stranger], 3)[0]
    assert np.isfinite(matrix).all()
    assert matrix[0, 2] == pytest.approx(math.exp(-STEEP * 2 / (19 / 3)))
