"""Values of choices: counted, near, other."""

from __future__ import annotations

import math
from random import Random

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from nas.strategy import ranges

LIST = CategoricalDistribution(["a", "b", "c"])
WHOLE = IntDistribution(2, 10, step=4)
LOG = IntDistribution(1, 100, log=True)
SHARE = FloatDistribution(0.0, 1.0)
RATE = FloatDistribution(1e-4, 1e-1, log=True)
STEPS = FloatDistribution(0.1, 0.9, step=0.2)
EVERY = [LIST, WHOLE, LOG, SHARE, RATE, STEPS, IntDistribution(1, 2), CategoricalDistribution([8, 16])]


def test_how_many_values_there_are():
    assert [ranges.count(values) for values in EVERY] == [3, 3, 100, None, None, 5, 2, 2]
    assert ranges.count(FloatDistribution(0.5, 0.5)) == 1


@pytest.mark.parametrize("values", EVERY)
def test_a_change_gives_another_value_of_the_range(values):
    random = Random(0)
    for _ in range(200):
        value = ranges.draw(values, random)
        for change in (ranges.near, ranges.other):
            found = change(values, value, random)
            assert values._contains(values.to_internal_repr(found))
            assert ranges.key(values, found) != ranges.key(values, value)


@pytest.mark.parametrize("values", EVERY)
def test_at_the_ends_of_a_range_too(values):
    random = Random(0)
    ends = values.choices if isinstance(values, CategoricalDistribution) else (values.low, values.high)
    for value in [*ends] * 50:
        assert ranges.near(values, value, random) != value
        assert value not in ranges.neighbours(values, value)


def test_a_small_change_of_a_number_is_small_and_any_change_is_not():
    random = Random(0)
    near = [abs(ranges.near(SHARE, 0.5, random) - 0.5) for _ in range(1000)]
    far = [abs(ranges.other(SHARE, 0.5, random) - 0.5) for _ in range(1000)]
    assert sum(near) / 1000 == pytest.approx(0.1 * math.sqrt(2 / math.pi), rel=0.1)  # of a normal distribution
    assert sum(far) / 1000 == pytest.approx(0.25, rel=0.1)  # of a uniform one


def test_a_logarithmic_range_is_drawn_by_its_logarithm():
    random = Random(0)
    drawn = [ranges.draw(RATE, random) for _ in range(3000)]
    assert sum(value < 1e-3 for value in drawn) / 3000 == pytest.approx(1 / 3, abs=0.03)


def test_neighbours_are_all_others_of_a_list_and_the_numbers_beside_and_a_tenth_of_the_range_away():
    assert ranges.neighbours(LIST, "b") == ["a", "c"]
    assert ranges.neighbours(WHOLE, 6) == [2, 10]
    assert ranges.neighbours(WHOLE, 2) == [6]
    assert ranges.neighbours(LOG, 7) == [4, 6, 8, 11]  # 7 / 100**0.1 = 4.4, 7 * 100**0.1 = 11.1
    assert ranges.neighbours(SHARE, 0.95) == pytest.approx([0.85])
    assert ranges.neighbours(RATE, 1e-3) == pytest.approx([10**-3.3, 10**-2.7])


def test_a_number_of_a_range_with_steps_is_told_by_its_place():
    assert ranges.key(STEPS, 0.30000000000000004) == ranges.key(STEPS, 0.3) == 1
