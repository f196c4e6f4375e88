"""Differences of networks that were trained with the same seeds, with bootstrap intervals, corrected for many comparisons.

Results are a table of networks by seeds. From each result its network's mean is taken, and what all networks share with that
seed (the median, so that one that scatters wildly does not speak for the rest); what is left is chance. Three seeds of one
pair say next to nothing about its spread, so the standard error of a difference is that of the median network, or the
pair's own where this is larger: a pair that scatters more needs more to be shown.

How large a difference gets by chance alone, in such standard errors, is found by a bootstrap over what is left of all networks
together, each brought to the scale of the median one (bootstrap-t of residuals: Efron and Tibshirani 1993, "An Introduction
to the Bootstrap", sections 9.4 and 12.5). Plain percentiles of three differences would cover 75 % and not 95 %, for they
never lie beyond the differences themselves. With 3 or 5 seeds and equal spreads the intervals cover 95 % and the rate of
false differences is below 5 %; where networks scatter up to six times as much as others it came to about 8 % at most.

Many comparisons are corrected by Holm 1979 (Scandinavian Journal of Statistics 6). Who compares with the best one has looked
at all pairs to find it, so all of them count; with a network that was named beforehand only the comparisons with that one do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.05  # of false differences among all that are shown, and what a 95 % interval leaves out
SAMPLES, FOR_EACH, MOST = 20_000, 1_000, 300_000  # of the bootstrap: at least, for each comparison, at most
CHUNK = 2_000_000  # results that are drawn at once


@dataclass(frozen=True)
class Difference:
    """First minus second, mean over seeds; the 95 % interval is None where seeds are too few to tell."""

    first: int
    second: int
    mean: float
    interval: tuple[float, float] | None
    p: float
    corrected: float  # p by Holm's correction

    @property
    def shown(self) -> bool:
        return self.corrected <= LEVEL


@dataclass(frozen=True)
class Differences:
    """Of all pairs, and the smallest difference between two networks that so many seeds could have shown."""

    pairs: tuple[Difference, ...]
    smallest: float | None
    samples: int


def compare(values: np.ndarray, pairs: Sequence[tuple[int, int]], *, seed: int) -> Differences:
    """Compare pairs of rows of `values`, (networks, seeds), every one finite; the same numbers give the same intervals."""
    seeds = values.shape[1]
    assert np.isfinite(values).all() and pairs
    first, second = np.array(pairs).T
    if seeds < 2 or values.size < 6:
        apart = (values[first] - values[second]).mean(-1)
        return Differences(
            tuple(Difference(*pair, float(m), None, 1.0, 1.0) for pair, m in zip(pairs, apart, strict=True)), None, 0
        )
    mean, error = _differences(values, first, second)
    chance = _by_chance(values, min(max(SAMPLES, FOR_EACH * len(pairs)), MOST), np.random.default_rng(seed))
    beyond = len(chance) - np.searchsorted(chance, _studentised(mean, error))
    p = (1 + beyond) / (1 + len(chance))
    reach = np.quantile(chance, 1 - LEVEL, method="higher") * error
    found = [
        Difference(i, j, float(m), (float(m - r), float(m + r)) if np.isfinite(r) else None, float(one), float(holm))
        for (i, j), m, r, one, holm in zip(pairs, mean, reach, p, corrected(p), strict=True)
    ]
    usual = np.sqrt(2 * np.median(_variances(_residuals(values))) / seeds)
    smallest = np.quantile(chance, 1 - LEVEL / len(pairs), method="higher") * usual
    return Differences(tuple(found), float(smallest) if np.isfinite(smallest) else None, len(chance))


def corrected(p: np.ndarray) -> np.ndarray:
    """Holm's step-down: the smallest of m times m, the next times m - 1, never below the one before."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty_like(stepped)
    found[order] = np.minimum(stepped, 1.0)
    return found


def _residuals(values: np.ndarray) -> np.ndarray:
    """What is left of results, (..., networks, seeds), without the mean of a network and what networks share at a seed."""
    left = values - values.mean(-1, keepdims=True)
    left -= np.median(left, axis=-2, keepdims=True)
    return left - left.mean(-1, keepdims=True)


def _variances(residuals: np.ndarray) -> np.ndarray:
    """Of a single result of each network, (..., networks)."""
    return (residuals**2).sum(-1) / (residuals.shape[-1] - 1)


def _differences(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean differences of rows and their standard errors; values: (..., networks, seeds), of two seeds or more."""
    apart = values[..., first, :] - values[..., second, :]
    usual = 2 * np.median(_variances(_residuals(values)), axis=-1)[..., None]
    return apart.mean(-1), np.sqrt(np.maximum(apart.var(-1, ddof=1), usual) / values.shape[-1])


def _studentised(mean: np.ndarray, error: np.ndarray) -> np.ndarray:
    """|mean| in standard errors; 0 where both are 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(mean == 0, 0.0, np.abs(mean) / error)


def _by_chance(values: np.ndarray, samples: int, random: np.random.Generator) -> np.ndarray:
    """Studentised differences of networks that do not differ, ascending: what chance alone would give in this design."""
    networks, seeds = values.shape
    left = _residuals(values)
    spread = _variances(left)
    scale = np.sqrt(np.maximum(spread, np.median(spread)))[:, None]
    left = (left / np.where(scale > 0, scale, 1.0)).ravel()
    first = np.arange(0, networks - 1, 2)  # pairs that share no network
    tables = -(-samples // len(first))
    found = []
    for start in range(0, tables, size := max(1, CHUNK // values.size)):
        drawn = random.choice(left, size=(min(size, tables - start), networks, seeds))
        found.append(_studentised(*_differences(drawn, first, first + 1)).ravel())
    return np.sort(np.concatenate(found))
