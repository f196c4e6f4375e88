"""The values that a choice may take: how many, which lie near, and one at random."""

from __future__ import annotations

import math
from random import Random
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

NEAR = 0.1  # standard deviation of a small change of a number, and a neighbour's distance, as shares of its range
TRIES = 30

Number = IntDistribution | FloatDistribution


def count(values: BaseDistribution) -> int | None:
    """How many values there are; None for a continuum."""
    if isinstance(values, CategoricalDistribution):
        return len(values.choices)
    assert isinstance(values, Number)
    if values.single():
        return 1
    return None if values.step is None else round((values.high - values.low) / values.step) + 1


def key(values: BaseDistribution, value: Any) -> float:
    """A number that stands for the value: its place where the values can be counted."""
    if isinstance(values, CategoricalDistribution):
        return int(values.to_internal_repr(value))
    assert isinstance(values, Number)
    return float(value) if values.step is None else round((value - values.low) / values.step)


def at(values: BaseDistribution, place: int) -> Any:
    """The value at a place of those that can be counted."""
    if isinstance(values, CategoricalDistribution):
        return values.choices[place]
    assert isinstance(values, Number)
    return values.low + place * (values.step or 0)


def draw(values: BaseDistribution, random: Random) -> Any:
    """Any value; of a logarithmic range each order of magnitude alike."""
    size = count(values)
    if size is None or (isinstance(values, Number) and values.log):
        assert isinstance(values, Number)
        return _from_share(values, random.random())
    return at(values, random.randrange(size))


def other(values: BaseDistribution, value: Any, random: Random) -> Any:
    """Any value but this one."""
    own = key(values, value)
    for _ in range(TRIES):
        found = draw(values, random)
        if key(values, found) != own:
            return found
    return neighbours(values, value)[0]


def near(values: BaseDistribution, value: Any, random: Random) -> Any:
    """Another number close by; of a list any other value."""
    if isinstance(values, CategoricalDistribution):
        return other(values, value, random)
    assert isinstance(values, Number)
    change = random.gauss(0, NEAR)
    found = _from_share(values, share(values, value) + change)
    if key(values, found) != key(values, value):
        return found
    beside = _beside(values, value) or neighbours(values, value)  # at the end of a continuum there is one way only
    return beside[-1] if change > 0 else beside[0]


def neighbours(values: BaseDistribution, value: Any) -> list[Any]:
    """All others of a list; of numbers those a tenth of the range away, and the next ones where they can be counted."""
    if isinstance(values, CategoricalDistribution):
        own = values.to_internal_repr(value)
        return [other for place, other in enumerate(values.choices) if place != own]
    assert isinstance(values, Number)
    own = share(values, value)
    away = [_from_share(values, own + step) for step in (-NEAR, NEAR) if 0 <= own + step <= 1]
    return sorted({*away, *_beside(values, value)} - {value})


def _beside(values: Number, value: float) -> list[float]:
    """The next lower and the next higher number, where they can be counted."""
    place, size = int(key(values, value)), count(values)
    return [] if size is None else [at(values, p) for p in (place - 1, place + 1) if 0 <= p < size]


def share(values: Number, value: float) -> float:
    """Where a number lies between the ends of its range, by its logarithm where the range is logarithmic."""
    low, high = (math.log(values.low), math.log(values.high)) if values.log else (values.low, values.high)
    return ((math.log(value) if values.log else value) - low) / (high - low)


def _from_share(values: Number, share: float) -> float:
    """The number that lies there, or the nearest of those that may be taken."""
    low, high = (math.log(values.low), math.log(values.high)) if values.log else (values.low, values.high)
    number = low + min(max(share, 0.0), 1.0) * (high - low)
    number = min(max(math.exp(number) if values.log else number, values.low), values.high)
    size = count(values)
    return number if size is None else at(values, min(round((number - values.low) / (values.step or 1)), size - 1))
