"""Blocks of the residual networks: two 3x3 convolutions, the same pre-activated, and the bottleneck.

He et al. 2016a, arXiv:1512.03385, figure 5; He et al. 2016b, arXiv:1603.05027, figure 4e. Here the width is that of
the line that a block puts out, so a bottleneck computes at a quarter of it.
"""

from __future__ import annotations

from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line


def basic(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """conv-norm-act-conv-norm."""
    line = b.conv("conv1", line, width, kernel=options.kernel, stride=stride)
    line = b.act("act1", b.norm("norm1", line), options.activation)
    return b.norm("norm2", b.conv("conv2", line, width, kernel=options.kernel))


def bottleneck(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """1x1 to a quarter of the width, 3x3 (with the stride), 1x1 to the width; norm behind each."""
    inner = max(1, width // 4)
    line = b.act("act1", b.norm("norm1", b.conv("conv1", line, inner, kernel=1)), options.activation)
    line = b.conv("conv2", line, inner, kernel=options.kernel, stride=stride)
    line = b.act("act2", b.norm("norm2", line), options.activation)
    return b.norm("norm3", b.conv("conv3", line, width, kernel=1))


def preactivated(convs: int = 2) -> Block:
    """conv, then norm-act-conv for each further one; two are the paper's unit, one is a layer of DenseNet."""

    def body(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
        line = b.conv("conv1", line, width, kernel=options.kernel, stride=stride)
        for number in range(2, convs + 1):
            line = b.act(f"act{number}", b.norm(f"norm{number}", line), options.activation)
            line = b.conv(f"conv{number}", line, width, kernel=options.kernel)
        return line

    return Block(body, preactivated=True)


blocks.register("basic", Block(basic))
blocks.register("preact", preactivated())
blocks.register("bottleneck", Block(bottleneck))
