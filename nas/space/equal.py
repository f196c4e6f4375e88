"""Stage widths that spend a budget to the percent, so that networks of different depth can be compared at equal cost.

One width for a whole network is too coarse: from 12 channels to 13 the cost grows by a sixth. So the stages are widened or
narrowed one by one around the widest width that fits, a little, as near to the network's own pattern as will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

REACH = 6  # steps by which a stage may be wider or narrower than the pattern says
STAGES = 3  # the last so many: those are the wide ones, where the params are


def matched(
    share: Callable[[Sequence[int]], float | None], pattern: Sequence[int], *, least: int, step: int, tolerance: float
) -> list[int]:
    """The stage widths nearest to `pattern` that spend from 1 - `tolerance` to 1; if none do, those that spend the most.

    `share` is the cost over the budget, None for widths that make no network; that of `pattern` is at most 1.
    """
    best, most = list(pattern), 0.0
    for widths in _around(pattern, least=least, step=step):
        spent = share(widths)
        if spent is None or spent > 1:
            continue
        if spent >= 1 - tolerance:
            return widths
        if spent > most:
            best, most = widths, spent
    return best


def _around(pattern: Sequence[int], *, least: int, step: int) -> Iterator[list[int]]:
    """Widths in the order of how far the stages depart from the proportions of the pattern; the pattern itself first."""
    fixed, free = list(pattern[:-STAGES]), pattern[-STAGES:]
    options = [[w + step * n for n in range(-REACH, REACH + 1) if w + step * n >= min(least, w)] for w in free]

    def departure(widths: Sequence[int]) -> tuple[float, float]:
        shares = [width / wanted for width, wanted in zip(widths, free, strict=True)]
        return max(shares) / min(shares), abs(sum(shares) / len(shares) - 1)

    for widths in sorted(product(*options), key=departure):
        yield [*fixed, *widths]
