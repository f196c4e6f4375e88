"""Who stands before whom at a rung. Of each value less is better.

One value: the least first. Several: by non-dominated rank (Schmucker et al. 2021, arXiv:2106.12639, section 3: NSGA-II's
selection in place of the sorting of one value), within a front by crowding distance (Deb et al. 2002), the loneliest first.
Equals stand in the order of their numbers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort

import numpy as np
from optuna.study._multi_objective import _fast_non_domination_rank

from nas.strategy.evolution import crowding

Values = tuple[float, ...]


class Arrivals:
    """The values of trials at a rung, in the order in which they became known."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._places: list[int] = []
        self._flat = array("d")

    def add(self, place: int, values: Values) -> None:
        """Places of legs ascend."""
        self._places.append(place)
        self._flat.extend(values)

    def of_first(self, legs: int) -> np.ndarray:
        """Those among the first so many legs: (trials, values)."""
        return np.array(self._flat).reshape(-1, self._columns)[: bisect_left(self._places, legs)]


def before(mine: Values, others: np.ndarray, *, enough: int) -> int:
    """How many of the others, (trials, values), are better; from `enough` on it may be any number."""
    if len(mine) == 1:
        return int((others[:, 0] < mine[0]).sum())
    points = np.vstack([others, mine])
    ranks = _fast_non_domination_rank(points, n_below=enough)
    ahead = int((ranks < ranks[-1]).sum())
    if ahead >= enough:
        return ahead
    front = [tuple(point) for point in points[ranks == ranks[-1]].tolist()]
    room = crowding(front)
    return ahead + sum(room[point] > room[mine] for point in front)


class Line:
    """Trials at a rung by one value."""

    def __init__(self) -> None:
        self._all: list[tuple[Values, int]] = []  # sorted
        self._waiting: list[tuple[Values, int]] = []  # those that were not promoted yet, sorted
        self._value: dict[int, Values] = {}

    def add(self, number: int, values: Values) -> None:
        self._value[number] = values
        insort(self._all, (values, number))
        insort(self._waiting, (values, number))

    def best(self, factor: int) -> int | None:
        """The best that waits, where it is among the first 1/factor of all and fewer than so many went on."""
        share = len(self._all) // factor
        if not self._waiting or bisect_left(self._all, self._waiting[0]) >= share:
            return None
        return self._waiting[0][1] if len(self._all) - len(self._waiting) < share else None

    def promote(self, number: int) -> None:
        del self._waiting[bisect_left(self._waiting, (self._value[number], number))]


class Fronts:
    """Trials at a rung by several values."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._points: list[Values] = []
        self._waiting: set[int] = set()
        self._ranks = np.array([], dtype=int)
        self._ranked = 0  # of how many, the first so many, the ranks are right; 0: they are to be found anew
        self._best: dict[int, int | None] = {}  # by factor, since the last change

    def add(self, number: int, values: Values) -> None:
        self._numbers.append(number)
        self._points.append(values)
        self._waiting.add(number)
        self._ranked = 0
        self._best.clear()

    def best(self, factor: int) -> int | None:
        """The best that waits, where it is among the first 1/factor of all and fewer than so many went on."""
        if factor not in self._best:
            self._best[factor] = self._find(len(self._numbers) // factor)
        return self._best[factor]

    def _find(self, top: int) -> int | None:
        if not self._waiting or len(self._numbers) - len(self._waiting) >= top:
            return None
        if self._ranked < top:
            self._ranks, self._ranked = _fast_non_domination_rank(np.array(self._points), n_below=top), top
        waits = np.fromiter((number in self._waiting for number in self._numbers), bool, len(self._numbers))
        front = self._ranks[waits].min()
        place = int((self._ranks < front).sum())
        if place >= top:
            return None
        members = [(self._points[i], self._numbers[i]) for i in np.flatnonzero(self._ranks == front)]
        room = crowding([point for point, _ in members])
        for _, number in sorted((-room[point], number) for point, number in members)[: top - place]:
            if number in self._waiting:
                return number
        return None

    def promote(self, number: int) -> None:
        self._waiting.remove(number)
        self._best.clear()
