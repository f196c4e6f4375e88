"""The Inception block: 1x1, 3x3, 5x5 and pool branches side by side, joined by concatenation.

Szegedy et al. 2015, arXiv:1409.4842, figure 2b and table 1, with batch norm behind each convolution. The 1x1
reductions are half of the 3x3 branch's channels and a quarter of the 5x5 branch's, near the table's ratios. The branches
end without an activation, because it follows the join: an activation of a concatenation is the concatenation of
activations.
"""

from __future__ import annotations

from functools import lru_cache

from nas.errors import GenomeError
from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line

BRANCHES = ("one", "three", "five", "pool")


@lru_cache(maxsize=1 << 14)
def widths(width: int, shares: tuple[int, ...]) -> tuple[int, ...]:
    """Divide `width` channels by `shares`, each branch one at least.

    One channel after the other goes to the branch with the largest share / (2 * channels + 1), as seats go to parties by
    the method of Sainte-Lague: so no branch becomes narrower as the block becomes wider, and its cost never falls.

    >>> widths(256, (2, 4, 1, 1))
    (64, 128, 32, 32)
    """
    if width < len(shares):
        raise GenomeError(f"a block of {len(shares)} branches is at least {len(shares)} channels wide, got {width}")
    total, places = sum(shares), range(len(shares))
    parts = [max(1, (share * (2 * width - len(shares)) + total) // (2 * total)) for share in shares]
    while sum(parts) < width:
        parts[min(places, key=lambda i: ((2 * parts[i] + 1) / shares[i], i))] += 1
    while sum(parts) > width:
        parts[max([i for i in places if parts[i] > 1], key=lambda i: ((2 * parts[i] - 1) / shares[i], i))] -= 1
    return tuple(parts)


def inception(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """The first `options.branches` of the four branches, their widths by `options.shares`."""
    if not 1 <= options.branches <= len(BRANCHES):
        raise GenomeError(f"an inception block has 1 to {len(BRANCHES)} branches, got {options.branches}")
    if len(options.shares) < options.branches:
        raise GenomeError(f"{options.branches} branches take as many shares of the width, got {list(options.shares)}")
    parts = widths(width, options.shares[: options.branches])
    ends = []
    for name, channels in zip(BRANCHES, parts, strict=False):
        with b.scope(name):
            ends.append(_branch(b, name, line, channels, stride, options))
    return b.concat("concat", *ends)


def _branch(b: Builder, name: str, line: Line, channels: int, stride: int, options: BlockOptions) -> Line:
    if name == "pool":
        line = b.max_pool("pool", line, kernel=3, stride=stride, padding=1)
        return b.norm("norm", b.conv("conv", line, channels, kernel=1))
    if name == "one":
        return b.norm("norm", b.conv("conv", line, channels, kernel=1, stride=stride))
    kernel, share = {"three": (3, 2), "five": (5, 4)}[name]
    reduced = b.conv("reduce", line, max(1, channels // share), kernel=1)
    reduced = b.act("reduce_act", b.norm("reduce_norm", reduced), options.activation)
    return b.norm("norm", b.conv("conv", reduced, channels, kernel=kernel, stride=stride))


blocks.register("inception", Block(inception))
