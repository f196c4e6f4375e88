"""Trials without Optuna: one that draws at random, and a walk through every combination."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from nas.space.choice import Suggests

T = TypeVar("T")


class RandomTrial:
    """Draws every choice uniformly, from a generator of its own."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        if log:
            return min(high, int(math.exp(self._random.uniform(math.log(low), math.log(high + 1)))))
        return self._random.randrange(low, high + 1, step)

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        if log:
            return math.exp(self._random.uniform(math.log(low), math.log(high)))
        return self._random.uniform(low, high)

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return choices[self._random.randrange(len(choices))]


class _Scripted:
    """Follows a list of places; beyond its end it takes the first option and notes how many there were."""

    def __init__(self, script: list[int]) -> None:
        self.script, self.sizes = script, [0] * len(script)
        self._place = 0

    def _take(self, size: int) -> int:
        if self._place == len(self.script):
            self.script.append(0)
            self.sizes.append(0)
        self.sizes[self._place] = size
        self._place += 1
        return self.script[self._place - 1]

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        return low + step * self._take((high - low) // step + 1)

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        raise ContinuousError(name)

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return choices[self._take(len(choices))]


class ContinuousError(Exception):
    """A space with a continuous choice has no list of all combinations."""


def every(draw: Callable[[Suggests], T]) -> Iterator[T]:
    """What `draw` makes of every combination of its choices, conditions included, each once."""
    script: list[int] = []
    while True:
        trial = _Scripted(script)
        yield draw(trial)
        while trial.script and trial.script[-1] + 1 == trial.sizes[-1]:
            trial.script.pop()
            trial.sizes.pop()
        if not trial.script:
            return
        script = [*trial.script[:-1], trial.script[-1] + 1]
