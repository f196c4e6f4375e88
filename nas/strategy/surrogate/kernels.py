"""How alike networks are: one matrix for each way to look at them, each with ones on its diagonal.

Subtrees: the cosine of the square roots of their counts, for each depth (Bhattacharyya 1943). Numbers: Matern 5/2 over the
standardised distance. Choices: exponential in the share of choices that differ, where a number differs by its distance in
the range and a choice that only one has differs wholly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution
from scipy.sparse import csr_matrix
from scipy.spatial.distance import cdist

from nas.strategy import ranges
from nas.strategy.surrogate.features import Item

STEEP = 2.0  # of the choices' kernel: networks that differ in all choices are alike by exp(-2)


def alike(items: Sequence[Item], first: int) -> np.ndarray:
    """(kernels, first, items): the first items against all."""
    found = [_choices(items, first)]
    if all(item.subtrees for item in items):
        found += [_cosine(items, depth, first) for depth in range(len(items[0].subtrees))]
        found.append(_matern(_numbers(items), first))
    return np.array(found)


def _cosine(items: Sequence[Item], depth: int, first: int) -> np.ndarray:
    rows = [item.subtrees[depth] for item in items]
    names, columns = np.unique(np.concatenate([row[0] for row in rows]), return_inverse=True)
    starts = np.cumsum([0, *(len(row[0]) for row in rows)])
    # Roots of shares: each row has length 1.
    values = np.concatenate([np.sqrt(row[1] / row[1].sum()) for row in rows])
    matrix = csr_matrix((values, columns, starts), shape=(len(rows), len(names)))
    return (matrix[:first] @ matrix.T).toarray()


def _numbers(items: Sequence[Item]) -> np.ndarray:
    """(items, numbers); NaN for a score that is not known. Scores span orders of magnitude: their logarithms."""
    names = sorted({name for item in items for name in item.scores})
    scores = np.array([[item.scores.get(name, math.nan) for name in names] for item in items]).reshape(len(items), len(names))
    return np.hstack([np.array([item.numbers for item in items]), np.copysign(np.log1p(np.abs(scores)), scores)])


def _matern(numbers: np.ndarray, first: int) -> np.ndarray:
    """Of numbers (items, numbers); one that is not known counts as the mean of the others."""
    known = np.isfinite(numbers)
    numbers = np.where(known, numbers, 0.0)
    mean = numbers.sum(0) / np.maximum(known.sum(0), 1)
    away = np.where(known, numbers - mean, 0.0)
    spread = np.sqrt((away**2).mean(0))
    scaled = away / np.where(spread > 1e-12 * (1 + np.abs(mean)), spread, np.inf)
    distance = np.sqrt(5 / numbers.shape[1]) * cdist(scaled[:first], scaled)
    return (1 + distance + distance**2 / 3) * np.exp(-distance)


def _choices(items: Sequence[Item], first: int) -> np.ndarray:
    """In coordinates whose sum of distances (L1) says how many choices differ."""
    columns: dict[tuple[str, str], int] = {}
    rows: list[dict[int, float]] = []
    for item in items:
        row: dict[int, float] = {}
        for name, value in item.params.items():
            for key, place in _coordinates(item.distributions[name], value).items():
                row[columns.setdefault((name, key), len(columns))] = place
        rows.append(row)
    points = np.zeros((len(rows), len(columns)))
    for place, row in enumerate(rows):
        points[place, list(row)] = list(row.values())
    varied = sum(len(item.params) for item in items) / len(items) or 1.0
    return np.exp(-STEEP / varied * cdist(points[:first], points, "cityblock"))


def _coordinates(values: BaseDistribution, value: Any) -> dict[str, float]:
    """Of one choice: their distance is 1 to another value of a list, or to those that lack the choice, which have none."""
    if isinstance(values, CategoricalDistribution):
        return {"there": 0.5, repr(value): 0.5}
    assert isinstance(values, ranges.Number)
    share = 0.0 if ranges.count(values) == 1 else ranges.share(values, value)
    return {"there": 0.5, "above": share / 2, "below": (1 - share) / 2}
