"""Grouped 1x1 convolutions whose channels are shuffled, so that groups learn of each other, and a depthwise one.

Zhang et al. 2018, "ShuffleNet", arXiv:1707.01083, figure 2. The paper joins the branch to its shortcut by a sum, and at
stride 2 by a concatenation with average pooling; as a block for search it is the branch, and the connectivity joins.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import ops
from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line


def branch(
    b: Builder,
    line: Line,
    width: int,
    stride: int,
    *,
    inner: int,
    groups: int,
    first_groups: int,
    kernel: int = 3,
    activation: str = "relu",
) -> Line:
    """1x1 to `inner` channels in `first_groups`, shuffle, depthwise with the stride, 1x1 to `width` in `groups`."""
    line = b.conv("reduce", line, inner, kernel=1, groups=first_groups)
    line = b.act("act1", b.norm("norm1", line), activation)
    if groups > 1:
        line = b.add("shuffle", ops.ChannelShuffle(groups), line)
    line = b.norm("norm2", b.depthwise("depthwise", line, kernel=kernel, stride=stride))
    return b.norm("norm3", b.conv("expand", line, width, kernel=1, groups=groups))


def shuffle(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """The branch with about a quarter of the width inside; where the input's channels do not divide, `reduce` is whole."""
    groups = options.groups
    if groups < 1:
        raise GenomeError(f"groups must be at least 1, got {groups}")
    if width % groups:
        below = width // groups * groups
        nearest = f"{below} and {below + groups}" if below else f"{groups}"
        raise GenomeError(f"a shuffle block's width must be a multiple of its {groups} groups, got {width}; nearest: {nearest}")
    inner = max(1, width // 4 // groups) * groups
    first = groups if line.channels % groups == 0 else 1
    kernel, activation = options.kernel, options.activation
    return branch(b, line, width, stride, inner=inner, groups=groups, first_groups=first, kernel=kernel, activation=activation)


blocks.register("shuffle", Block(shuffle))
