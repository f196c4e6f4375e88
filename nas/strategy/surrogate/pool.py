"""The networks that a model chooses among: random ones, neighbours of the best, and their children.

All are drawn from the space, so they are feasible, and none was tried before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from nas.strategy import ranges
from nas.strategy.evolution import crossed
from nas.strategy.history import History, Told
from nas.strategy.surrogate.drawing import Drawing, Key
from nas.strategy.surrogate.features import Item

NEAREST, BESIDE = 3, 24  # of so many of the best, so many neighbours each
CHILDREN, CHANGES = 60, 3  # children of the best, and how many of their choices change at most
RANDOM, ALONE = 30, 80  # random networks, and where nothing is known of the best


@dataclass(frozen=True)
class Candidate:
    """A network that could be tried, and the trials whose choices it has."""

    item: Item
    parents: list[int]


def candidates(drawing: Drawing, history: History, best: list[Told], random: Random) -> list[Candidate]:
    """Networks whose choices were not tried, each once; best: possible parents, the best first."""
    found: dict[Key, Candidate] = {}
    for given, parents in _wishes(best, random):
        item = drawing.completed(given, history.tried, random)
        if item is not None and history.tried.untried(item.params):
            found.setdefault(frozenset(item.params.items()), Candidate(item, parents))
    return list(found.values())


def _wishes(best: list[Told], random: Random) -> Iterator[tuple[dict[str, Any], list[int]]]:
    for told in best[:NEAREST]:
        beside = [told.params | {name: value} for name in _free(told) for value in _neighbours(told, name)]
        # The same ones at each proposal: what was drawn once costs nothing.
        for params in Random(told.number).sample(beside, min(BESIDE, len(beside))):
            yield params, [told.number]
    for _ in range(CHILDREN if best else 0):
        # The better of two by rank, as in a tournament.
        parent, second = (best[min(random.randrange(len(best)) for _ in range(2))] for _ in range(2))
        params = crossed(parent, second, random) if random.random() < 0.5 else dict(parent.params)
        names = _free(parent)
        for name in random.sample(names, min(random.randint(1, CHANGES), len(names))):
            params[name] = ranges.other(parent.distributions[name], parent.params[name], random)
        yield params, [parent.number]
    for _ in range(RANDOM if best else ALONE):
        yield {}, []


def _free(told: Told) -> list[str]:
    return [name for name, values in told.distributions.items() if ranges.count(values) != 1]


def _neighbours(told: Told, name: str) -> list[Any]:
    return ranges.neighbours(told.distributions[name], told.params[name])
