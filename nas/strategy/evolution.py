"""Regularised evolution (Real et al. 2019, arXiv:1802.01548, algorithm 1).

The population is the last trials with a result: who is old dies, however good. Of a tournament among them the best is
the parent; its child inherits all choices but one that changes, or takes some of them from a second parent first. Different
here: no assignment is proposed twice, numbers change mostly a little, and evolution starts as soon as there are enough
for one tournament, not when the population is full. With several objectives the front stays among the parents, and of a
tournament's undefeated the less crowded of two is taken (Deb et al. 2002, NSGA-II, section III.B). Trials that were paused
or stopped are parents too, by what they reached (`nas.strategy.observations`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from optuna.samplers import BaseSampler

from nas.errors import InputError
from nas.strategy import ranges
from nas.strategy.directed import PARENTS, Directed, Wish
from nas.strategy.history import History, Told
from nas.strategy.observations import comparable
from nas.strategy.view import View

TRIES = 100  # children of one parent that were all tried already, after which a random one is drawn
PATIENCE = 10  # of them, after which one more choice changes


@dataclass(frozen=True)
class Evolution:
    """The rule, with its settings."""

    population: int = 30
    tournament: int = 10
    nearby: float = 0.5  # how likely a number changes only a little
    crossover: float = 0.5  # how likely a child has a second parent

    def __post_init__(self) -> None:
        if not 1 <= self.tournament <= self.population:
            raise InputError(f"tournament must lie from 1 to the population, {self.population}, got {self.tournament}")
        for name in ("nearby", "crossover"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} must lie from 0 to 1, got {getattr(self, name)}")

    def __call__(self, history: History, number: int, random: Random) -> Wish:
        pool = self._pool(history)
        if len(pool) < self.tournament:
            return Wish()
        parent = self._parent(pool, random)
        names = [name for name, values in parent.distributions.items() if ranges.count(values) != 1]
        for attempt in range(TRIES if names and not history.tried.all else 0):
            second = self._parent(pool, random) if random.random() < self.crossover else parent
            params = crossed(parent, second, random)
            for name in random.sample(names, min(len(names), 1 + attempt // PATIENCE)):
                params[name] = self._changed(parent, name, random)
            if history.tried.open(params):
                parents = [parent.number] + [second.number] * (second is not parent)
                return Wish(params, second.distributions | parent.distributions, {PARENTS: parents})
        return Wish()

    def _pool(self, history: History) -> list[Told]:
        last = comparable(history)[-self.population :]
        if not last or len(last[0].values) == 1:
            return last
        young = {told.number for told in last}
        return [told for told in history.front if told.number not in young] + last

    def _parent(self, pool: list[Told], random: Random) -> Told:
        drawn = random.sample(pool, min(self.tournament, len(pool)))
        undefeated = [told for told in drawn if not any(rival.beats(told) for rival in drawn)]
        pair = random.sample(undefeated, min(2, len(undefeated)))
        if len(pair) == 1 or len(pair[0].values) == 1:
            return pair[0]
        room = crowding([told.values for told in pool if not any(rival.beats(told) for rival in pair)])
        return max(pair, key=lambda told: room[told.values])

    def _changed(self, parent: Told, name: str, random: Random) -> Any:
        change = ranges.near if random.random() < self.nearby else ranges.other
        return change(parent.distributions[name], parent.params[name], random)


def crossed(parent: Told, second: Told, random: Random) -> dict[str, Any]:
    """The parent's choices, each from the second parent as likely as not, and those that only the second has."""
    params = dict(second.params)
    for name, value in parent.params.items():
        if parent.distributions[name] != second.distributions.get(name) or random.random() < 0.5:
            params[name] = value
    return params


def crowding(points: Sequence[tuple[float, ...]]) -> dict[tuple[float, ...], float]:
    """How much room each point has: the sum over objectives of the distance between its two neighbours, in shares."""
    distinct = sorted(set(points))
    room = dict.fromkeys(distinct, 0.0)
    for objective in range(len(distinct[0])):
        order = sorted(distinct, key=lambda point: point[objective])
        span = order[-1][objective] - order[0][objective]
        room[order[0]] = room[order[-1]] = float("inf")
        for before, point, after in zip(order, order[1:], order[2:], strict=False):
            room[point] += (after[objective] - before[objective]) / span if span else 0.0
    return room


def evolution(
    seed: int, view: View, *, population: int = 30, tournament: int = 10, nearby: float = 0.5, crossover: float = 0.5
) -> BaseSampler:
    """Regularised evolution (Real et al. 2019), without repeats."""
    return Directed(rule=Evolution(population, tournament, nearby, crossover), seed=seed)
