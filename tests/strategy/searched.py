"""Searches of a little space of cells, without training, for the tests of the surrogate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import nas
from nas.evaluate.table import load_table
from nas.genome import Genome
from nas.strategy import View, strategies
from nas.study.decisions.memory import Memory

SMALL = ["network.repeats=1", "network.stages=[4, 8]"]


@cache
def space(name: str, *overrides: str):
    return nas.load(name, overrides=overrides)


def little():
    """729 cells in a skeleton of two, which is quickly drawn."""
    return space("nasbench201-tiny", *SMALL)


def published(drawn) -> list[float]:
    """The error on CIFAR-10 after 200 epochs."""
    table = load_table(space("nasbench201-tiny").file.evaluator.removeprefix("table:"))
    return [float(table.curves[200]["error"][table.row(drawn.genome)])]


def made_up(drawn) -> list[float]:
    """Deep paths and 3x3 convolutions are good, and some of them better than others."""
    genome = drawn.genome
    return [abs(genome.paths.mean - 7) + sum(value == "nor_conv_1x1" for value in drawn.choices.values()) / 4]


def two(drawn) -> list[float]:
    return [made_up(drawn)[0], float(drawn.genome.macs)]


class Searched:
    """A search without training: the loop of a study with a formula, which knows no result of the last `window` trials."""

    def __init__(self, draw, values: Callable, *, seed: int = 0, window: int = 1, objectives: int = 1, name="surrogate", **view):
        self.memory = Memory(strategies.get(name), View(draw, **view), ["minimize"] * objectives, seed)
        self._values, self._window = values, window
        self.drawn: list = []

    def go(self, trials: int) -> Searched:
        for _ in range(trials):
            if (number := len(self.drawn) - self._window) >= 0:
                self.tell(number)
            drawn, _ = self.memory.propose()
            if isinstance(drawn, Exception):
                raise drawn
            self.drawn.append(drawn)
        return self

    def tell(self, number: int) -> None:
        self.memory.tell(number, self._values(self.drawn[number]))

    @property
    def genomes(self) -> list[Genome]:
        return [drawn.genome for drawn in self.drawn]

    @property
    def choices(self) -> list[dict]:
        return [drawn.choices for drawn in self.drawn]


def best(searched: Searched, values: Callable = made_up) -> float:
    return min(values(drawn)[0] for drawn in searched.drawn)


def hidden(genome: Genome) -> float:
    """What no feature but a score says."""
    return int(genome.fingerprint[:6], 16) / 16**6


def hard(drawn) -> list[float]:
    return [-hidden(drawn.genome)]
