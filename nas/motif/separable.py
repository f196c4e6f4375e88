"""Depthwise separable convolutions: each channel is filtered by itself, then a 1x1 convolution mixes the channels.

Howard et al. 2017, "MobileNets", arXiv:1704.04861, section 3.1, with norm and activation behind both halves; Chollet
2017, "Xception", arXiv:1610.02357, section 2, with neither between them. The last activation is left to what follows.
"""

from __future__ import annotations

from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line


def depthwise_separable(
    b: Builder, name: str, line: Line, channels: int, *, kernel: int = 3, stride: int = 1, between: str = ""
) -> Line:
    """Depthwise convolution with the stride, 1x1 convolution to `channels`, norm, under the scope `name`.

    `between` is the activation that stands, behind a norm, between the two; empty, neither is there.
    """
    with b.scope(name):
        line = b.depthwise("depthwise", line, kernel=kernel, stride=stride)
        if between:
            line = b.act("act1", b.norm("norm1", line), between)
        return b.norm("norm2", b.conv("pointwise", line, channels, kernel=1))


def separable(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """Two separable convolutions in MobileNet's form, an activation between them; the first has the stride."""
    line = depthwise_separable(b, "separable1", line, width, kernel=options.kernel, stride=stride, between=options.activation)
    line = b.act("act1", line, options.activation)
    return depthwise_separable(b, "separable2", line, width, kernel=options.kernel, between=options.activation)


blocks.register("separable", Block(separable))
