"""Numbers as people read them: 1.5M, 3.4 %, and ticks of an axis at 1, 2 and 5."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SHARES = ("error", "accuracy")
PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def short(value: float, digits: int = 3) -> str:
    """So many significant digits with a prefix.

    >>> short(1_534_000), short(0.05), short(12)
    ('1.53M', '0.05', '12')
    """
    for size, prefix in PREFIXES:
        if abs(value) >= size * 0.9995:
            return f"{value / size:.{digits}g}{prefix}"
    return f"{value:.{digits}g}"


def percent(value: float, digits: int = 3) -> str:
    return f"{100 * value:.{digits}g} %"


def shower(name: str, values: Sequence[float]) -> Callable[..., str]:
    """How values of a metric are written, with so many digits: errors and accuracies within 0..1 as percentages."""
    share = name.split("/")[-1].rpartition("_")[2] in SHARES and all(0 <= value <= 1 for value in values)
    return percent if share else short


@dataclass(frozen=True)
class Axis:
    """A range of values on a line of `length` units; logarithmic where the values span more than a factor of 20."""

    name: str
    low: float
    high: float
    log: bool
    show: Callable[..., str]
    whole: bool = False  # ticks are integers
    names: tuple[str, ...] = ()  # of 0, 1, 2, ..., where those are no numbers

    @staticmethod
    def named(name: str, names: Sequence[str]) -> Axis:
        """An axis of so many places, each with its name."""

        def show(place: float) -> str:
            return names[round(place)]

        return Axis(name, -0.5, len(names) - 0.5, False, show, names=tuple(names))

    @staticmethod
    def over(name: str, values: Sequence[float], *, whole: bool = False) -> Axis:
        """An axis that holds all `values` with some room at both ends; `whole`: integers only."""
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        log = low > 0 and high / low > 20 and not whole
        if log:
            room = (high / low) ** 0.1
            return Axis(name, low / room, high * room, True, shower(name, values))
        room = 0.1 * (high - low) or max(abs(high) * 0.1, 0.5)
        bottom = max(0.0, low - room) if low >= 0 else low - room
        return Axis(name, bottom, high + room, False, shower(name, values), whole)

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def title(self) -> str:
        return f"{self.name} (log scale)" if self.log else self.name

    def ticks(self, *, most: int = 6) -> list[float]:
        """Round values within the range, at most `most` of them; of names, all."""
        if self.names:
            return [float(place) for place in range(len(self.names))]
        return self._decades(most) if self.log else self._steps(most)

    def labels(self) -> list[str]:
        """The ticks in words, with as many digits as tell them apart."""
        ticks = self.ticks()
        words = [self.show(tick) for tick in ticks]
        digits = 3
        while len(set(words)) < len(words) and not self.names:
            digits += 1
            words = [self.show(tick, digits) for tick in ticks]
        return words

    def _steps(self, most: int) -> list[float]:
        exponent = math.floor(math.log10((self.high - self.low) / most))
        for factor in (1, 2, 5, 10, 20, 50, 100):
            step = factor * 10.0**exponent
            if self.whole and step < 1:
                continue
            first, last = math.ceil(self.low / step), math.floor(self.high / step)
            if last - first + 1 <= most:
                return [count * step for count in range(first, last + 1)]
        return []

    def _decades(self, most: int) -> list[float]:
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for factors in ((1, 2, 5), (1, 3), (1,)):
            found = [factor * 10.0**power for power in powers for factor in factors]
            found = [value for value in found if self.low <= value <= self.high]
            if len(found) <= most:
                return found
        return found[:: -(-len(found) // most)]
