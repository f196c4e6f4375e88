"""Intervals that cover what they say, rates of false differences, and numbers by hand and by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nas.comparison import statistics
from nas.comparison.statistics import compare, corrected


def pairs_of(networks: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(networks) for b in range(a)]


def test_holms_correction_by_hand():
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1 is 0.04, 0.06, 0.06, 0.04, and none is below the one before.
    assert corrected(np.array([0.04, 0.01, 0.03, 0.02])).round(9).tolist() == [0.06, 0.04, 0.06, 0.06]
    assert corrected(np.array([0.9, 0.6])).tolist() == [1.0, 1.0]


def test_the_difference_of_two_networks_is_studentised_as_in_the_paired_t_test():
    values = np.array([[3.1, 2.7, 3.4, 2.9], [2.2, 2.4, 2.5, 2.6]])
    mean, error = statistics._differences(values, np.array([0]), np.array([1]))
    assert mean[0] / error[0] == pytest.approx(stats.ttest_rel(*values).statistic)


def test_intervals_of_many_networks_are_near_those_of_students_t():
    # With 40 networks the usual spread is known well, so of pairs that scatter no more than usual it is a normal deviate.
    values = np.random.default_rng(1).standard_normal((40, 20))
    found = compare(values, [(number, number - 1) for number in range(1, 40)], seed=0)
    reach = np.median([one.interval[1] - one.mean for one in found.pairs])
    assert reach == pytest.approx(stats.t.ppf(0.975, 39 * 19) * np.sqrt(2 / 20), rel=0.12)


def test_a_network_that_scatters_wildly_leaves_the_others_intervals_as_they_were():
    values = np.random.default_rng(2).standard_normal((9, 5))
    wild = values.copy()
    wild[0] *= 30
    calm, beside = (compare(each, [(1, 2)], seed=0).pairs[0] for each in (values, wild))
    assert beside.interval[1] - beside.interval[0] < 1.4 * (calm.interval[1] - calm.interval[0])
    own = compare(wild, [(0, 1)], seed=0).pairs[0]
    assert own.interval[1] - own.interval[0] > 10 * (beside.interval[1] - beside.interval[0])


def test_what_a_seed_does_to_all_networks_alike_changes_no_difference():
    values = np.random.default_rng(3).standard_normal((5, 4))
    shifted = values + np.array([10.0, -3.0, 0.5, 7.0])
    first, second = (compare(each, pairs_of(5), seed=0) for each in (values, shifted))
    for one, other in zip(first.pairs, second.pairs, strict=True):
        assert (one.mean, *one.interval, one.p) == pytest.approx((other.mean, *other.interval, other.p))


def test_the_same_numbers_give_the_same_intervals_and_another_seed_others():
    values = np.random.default_rng(4).standard_normal((4, 3))
    assert compare(values, [(0, 1)], seed=1) == compare(values, [(0, 1)], seed=1)
    assert compare(values, [(0, 1)], seed=1) != compare(values, [(0, 1)], seed=2)


def test_one_seed_has_differences_and_no_intervals():
    found = compare(np.array([[1.0], [2.5], [3.0]]), [(1, 0)], seed=0)
    assert (found.pairs[0].mean, found.pairs[0].interval, found.smallest) == (1.5, None, None)
    assert not found.pairs[0].shown


def test_results_without_any_spread_differ_for_certain():
    found = compare(np.array([[1.0] * 3, [2.0] * 3, [1.0] * 3]), [(1, 0), (2, 0)], seed=0)
    assert [one.shown for one in found.pairs] == [True, False]
    assert found.pairs[0].interval == (1.0, 1.0)


def test_a_difference_as_large_as_the_smallest_that_could_be_shown_is_shown():
    values = np.random.default_rng(5).standard_normal((9, 5))
    values -= values.mean(1, keepdims=True)
    smallest = compare(values, pairs_of(9), seed=0).smallest
    for factor, shown in ((1.02, True), (0.98, False)):
        moved = values.copy()
        moved[1] = moved[0] = values[2] + np.where(np.arange(5) % 2, 0.1, -0.1)  # a pair that scatters less than usual
        moved[1] += factor * compare(moved, pairs_of(9), seed=0).smallest
        assert next(one for one in compare(moved, pairs_of(9), seed=0).pairs if (one.first, one.second) == (1, 0)).shown is shown
    assert smallest > 0


def simulated(networks: int, seeds: int, *, tables: int, draw, seed: int) -> tuple[float, float]:
    """The share of intervals that cover 0, and of tables with any difference shown, where there is none."""
    random = np.random.default_rng(seed)
    covered, false = [], 0
    for number in range(tables):
        values = draw(random, (networks, seeds)) + random.standard_normal(seeds)
        found = compare(values, pairs_of(networks), seed=number).pairs
        covered.append(np.mean([one.interval is None or one.interval[0] <= 0 <= one.interval[1] for one in found]))
        false += any(one.shown for one in found)
    return float(np.mean(covered)), false / tables


def normal(random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    return random.standard_normal(size)


def heavy(random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    return random.laplace(size=size)


def unequal(random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """One network scatters six times as much as the others."""
    return random.standard_normal(size) * np.where(np.arange(size[0]) == 0, 6.0, 1.0)[:, None]


def test_intervals_cover_and_false_differences_are_rare_in_short(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(statistics, "SAMPLES", 4000)
    monkeypatch.setattr(statistics, "FOR_EACH", 300)
    cover, false = simulated(6, 3, tables=200, draw=normal, seed=0)
    # Standard errors of the shares of 200 tables: about 0.009 (pairs of a table hang together) and 0.016.
    assert abs(cover - 0.95) < 0.03
    assert false < 0.05 + 0.05


@pytest.mark.long
@pytest.mark.parametrize(("networks", "seeds"), [(2, 5), (4, 3), (9, 3), (9, 5), (16, 5)])
@pytest.mark.parametrize(("draw", "cover", "most_false"), [(normal, 0.95, 0.05), (heavy, 0.95, 0.05), (unequal, 0.93, 0.08)])
def test_intervals_cover_95_percent_and_at_most_5_percent_of_tables_show_a_false_difference(
    networks, seeds, draw, cover, most_false, monkeypatch
):
    monkeypatch.setattr(statistics, "SAMPLES", 6_000)
    monkeypatch.setattr(statistics, "FOR_EACH", 200)
    covered, false = simulated(networks, seeds, tables=500, draw=draw, seed=1)
    # Three standard errors of a share of 500 tables at most.
    assert cover - 3 * np.sqrt(cover * (1 - cover) / 500) < covered < 0.985
    assert false < most_false + 3 * np.sqrt(most_false * (1 - most_false) / 500)
