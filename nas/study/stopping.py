"""Ending trials early: asynchronous successive halving (Li et al. 2020, arXiv:1810.05934, algorithm 2).

At each rung a trial goes on where its metric is among the best 1/factor of those that reached the rung. Compared are only
trials whose results it may know by the order of the search, and those are settled when it starts. So the decision is a
pure function of the study, the same on every runner and after every interruption.
"""

from __future__ import annotations

from collections.abc import Iterable

from nas.space.settings import StopSettings


def rungs(rule: StopSettings, epochs: int) -> list[int]:
    """Epochs at which trials are compared; never the last one."""
    found = []
    epoch = rule.min_epochs
    while rule.name != "none" and epoch < epochs:
        found.append(epoch)
        epoch *= rule.factor
    return found


def goes_on(rule: StopSettings, value: float, others: Iterable[float]) -> bool:
    """Whether a trial with this value at a rung goes on, among the values of others at the same rung.

    Fewer than `factor` others say nothing yet.
    """
    seen = sorted(others)
    if len(seen) < rule.factor:
        return True
    best = max(1, (len(seen) + 1) // rule.factor)
    return sum(other < value for other in seen) < best
