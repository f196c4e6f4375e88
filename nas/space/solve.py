"""The widest network within a budget.

Cost grows with the width about as its square, so each step scales the last width by the root of what is left, inside a
bracket that closes on the answer: four or five costings instead of the twelve of a plain bisection. Where cost grows
otherwise, and that has not ended after a few steps, bisection goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

ROOTS = 8  # steps before bisection


def widest(share: Callable[[int], float], least: int, most: int) -> int | None:
    """The largest whole number from `least` to `most` whose `share` of the budget is at most 1; None if none is.

    `share` must not fall as its argument grows.
    """
    first = share(least)
    if first > 1:
        return None
    fits, last = least, first
    above = most + 1  # the smallest number known, or taken, not to fit
    steps = 0
    while above - fits > 1:
        steps += 1
        guess = int(fits / sqrt(max(last, 1e-12))) if steps <= ROOTS else (fits + above) // 2
        guess = min(max(guess, fits + 1), above - 1)
        value = share(guess)
        if value <= 1:
            fits, last = guess, value
        else:
            above = guess
    return fits
