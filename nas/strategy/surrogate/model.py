"""How much better than the best each network of a pool may be: expected improvement by processes on what was observed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from nas.strategy.observations import FINAL, Observations
from nas.strategy.surrogate.features import Item
from nas.strategy.surrogate.kernels import alike
from nas.strategy.surrogate.process import fitted, posterior

FITTED = 150  # rows that the weights of the kernels are fitted on
SAMPLES = 128  # of the processes of several objectives
SLOPE = 0.05  # of the sum of all objectives beside the largest (Knowles 2006, equation 2)


class Model:
    """One process for each objective, of the items that were observed, for a pool."""

    def __init__(
        self, objectives: Sequence[Observations], items: dict[int, Item], pending: Sequence[Item], pool: Sequence[Item]
    ) -> None:
        """items: by the number that the observations name; pending: what was proposed and has no result yet."""
        self._objectives = objectives
        self._place = {number: place for place, number in enumerate(items)}
        self._pending = list(range(len(items), len(items) + len(pending)))
        first = len(items) + len(pending)
        self._asked = [*range(len(items)), *range(first, first + len(pool))]
        self._alike = alike([*items.values(), *pending, *pool], first)

    def gains(self, direction: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """(pool,): the improvement that is expected of each; direction: (objectives,) weights, for several."""
        found = [self._posterior(observations) for observations in self._objectives]
        seen = len(self._place)
        if len(found) == 1:
            mean, deviation = found[0]
            short = mean[:seen].min() - mean[seen:]
            share = short / deviation[seen:]
            return short * ndtr(share) + deviation[seen:] * np.exp(-(share**2) / 2) / np.sqrt(2 * np.pi)
        means, deviations = np.stack([mean for mean, _ in found]), np.stack([deviation for _, deviation in found])
        ideal = means.min(1, keepdims=True)
        best = scalar(means[:, :seen] - ideal, direction).min()
        noise = generator.standard_normal((SAMPLES, len(found), 1))
        samples = scalar(means[:, seen:] + noise * deviations[:, seen:] - ideal, direction)
        return np.maximum(best - samples, 0).mean(0)

    def _posterior(self, observations: Observations) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation of the final value, of all items that were observed and of the pool."""
        rows = [self._place[network] for network in observations.networks]
        seen, scores = rows + self._pending, np.array(observations.scores)
        known, cross = self._alike[:, seen][:, :, seen], self._alike[:, seen][:, :, self._asked]
        if len(set(observations.sources)) > 1:  # what networks share in a source alone
            sources = np.array([*observations.sources, *[FINAL] * len(self._pending)])
            alone = known.mean(0) * (sources[:, None] == sources), cross.mean(0) * (sources == FINAL)[:, None]
            known, cross = np.concatenate([known, alone[0][None]]), np.concatenate([cross, alone[1][None]])
        order = np.argsort(scores, kind="stable")
        some = np.sort(order[np.linspace(0, len(order) - 1, min(len(order), FITTED)).astype(int)])
        weights = fitted(known[:, some][:, :, some], scores[some])
        return posterior(weights, known, cross, scores)


def scalar(distances: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Distances (..., objectives, n) from the ideal point as one number each: the weighted largest, and a little of the sum."""
    weighted = distances * direction[:, None]
    return weighted.max(-2) + SLOPE * weighted.sum(-2)
