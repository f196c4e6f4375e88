"""Blocks of the residual networks: two 3x3 convolutions, the same pre-activated, and the bottleneck.

He et al. 2016a, arXiv:1512.03385, figure 5; He et al. 2016b, arXiv:1603.05027, figure 4e. Here the width is that of
the line that a block puts out, so a bottleneck computes at a quarter of it.
"""

from __future__ import annotations

from nas.genome import ops
from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line


def basic(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """conv-norm-act-conv-norm."""
    line = b.conv("conv1", line, width, kernel=options.kernel, stride=stride)
    line = b.act("act1", b.norm("norm1", line), options.activation)
    return b.norm("norm2", b.conv("conv2", line, width, kernel=options.kernel))


def narrowed(
    b: Builder, line: Line, width: int, options: BlockOptions, *, inner: int, strides: tuple[int, int], groups: int = 1
) -> Line:
    """1x1 to `inner` channels, 3x3 in `groups`, 1x1 to the width; norm behind each. The first two have the strides."""
    line = b.conv("conv1", line, inner, kernel=1, stride=strides[0])
    line = b.act("act1", b.norm("norm1", line), options.activation)
    line = b.conv("conv2", line, inner, kernel=options.kernel, stride=strides[1], groups=groups)
    line = b.act("act2", b.norm("norm2", line), options.activation)
    return b.norm("norm3", b.conv("conv3", line, width, kernel=1))


def bottleneck(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """1x1 to a quarter of the width, 3x3 (with the stride), 1x1 to the width; norm behind each."""
    return narrowed(b, line, width, options, inner=max(1, width // 4), strides=(1, stride))


def bottleneck_v1(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """The bottleneck as first published: the first 1x1 has the stride, and three pixels of four are never seen."""
    return narrowed(b, line, width, options, inner=max(1, width // 4), strides=(stride, 1))


def preactivated(convs: int = 2, *, dropout: float = 0.0) -> Block:
    """conv, then norm-act-conv for each further one; two are the paper's unit, one is a layer of DenseNet.

    `dropout` stands in front of each further convolution (Zagoruyko and Komodakis 2016, arXiv:1605.07146, section 2.4).
    """

    def body(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
        line = b.conv("conv1", line, width, kernel=options.kernel, stride=stride)
        for number in range(2, convs + 1):
            line = b.act(f"act{number}", b.norm(f"norm{number}", line), options.activation)
            if dropout:
                line = b.add(f"dropout{number}", ops.Dropout(dropout), line)
            line = b.conv(f"conv{number}", line, width, kernel=options.kernel)
        return line

    return Block(body, preactivated=True)


def preactivated_bottleneck(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """1x1 (with the stride) to a quarter of the width, 3x3, 1x1; norm and activation between them."""
    inner = max(1, width // 4)
    line = b.conv("conv1", line, inner, kernel=1, stride=stride)
    line = b.act("act2", b.norm("norm2", line), options.activation)
    line = b.conv("conv2", line, inner, kernel=options.kernel)
    line = b.act("act3", b.norm("norm3", line), options.activation)
    return b.conv("conv3", line, width, kernel=1)


blocks.register("basic", Block(basic))
blocks.register("preact", preactivated())
blocks.register("bottleneck", Block(bottleneck))
