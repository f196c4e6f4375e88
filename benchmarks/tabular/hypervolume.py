"""The area that a set of points dominates, of two objectives of which less is better (Zitzler and Thiele 1998, PPSN V)."""

from __future__ import annotations

import numpy as np


def hypervolume(points: np.ndarray, reference: tuple[float, float]) -> float:
    """The area between `points` (points, 2) and the reference point; points beyond it count nothing.

    A sweep from left to right: each point that is lower than all before it adds the rectangle to its right, from its own
    height up to that of the lowest before.
    """
    right, lowest = reference
    area = 0.0
    for x, y in sorted(map(tuple, points)):
        if x < right and y < lowest:
            area += (right - x) * (lowest - y)
            lowest = y
    return float(area)


def growth(points: np.ndarray, reference: tuple[float, float]) -> np.ndarray:
    """The hypervolume after each point, in the order in which they came."""
    found = np.zeros(len(points))
    front = np.zeros((0, 2))
    for place, point in enumerate(points):
        if not len(front) or not (front <= point).all(1).any():
            front = np.vstack([front[~(point <= front).all(1)], point])
            found[place] = hypervolume(front, reference)
        else:
            found[place] = found[place - 1]
    return found
