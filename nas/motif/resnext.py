"""The block of ResNeXt: a bottleneck whose 3x3 convolution is divided into groups.

Xie et al. 2017, "Aggregated Residual Transformations", arXiv:1611.05431, figure 3c: the sum of as many narrow
bottlenecks side by side as there are groups, written as one with a grouped convolution. In the search the grouped
convolution is half as wide as the block, as in the paper's 32x4d, and cut to a multiple of the groups.
"""

from __future__ import annotations

from collections.abc import Callable

from nas.errors import GenomeError
from nas.motif.basic import narrowed
from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line


def half(width: int, groups: int) -> int:
    """About half of `width`, a multiple of `groups` and one channel for each at least; it never falls as the width grows.

    >>> half(256, 32), half(100, 32), half(8, 32)
    (128, 32, 32)
    """
    return max(1, width // (2 * groups)) * groups


def aggregated(inner: Callable[[int, int], int]) -> Block:
    """The block in which `inner(width, groups)` says how wide the grouped convolution is."""

    def body(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
        groups = options.groups
        if groups < 1:
            raise GenomeError(f"a resnext block has at least 1 group, got {groups}")
        return narrowed(b, line, width, options, inner=inner(width, groups), strides=(1, stride), groups=groups)

    return Block(body)


blocks.register("resnext", aggregated(half))
