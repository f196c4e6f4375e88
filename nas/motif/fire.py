"""The fire module: a 1x1 convolution squeezes the channels, then 1x1 and 3x3 convolutions expand them side by side.

Iandola et al. 2016, "SqueezeNet", arXiv:1602.07360, section 3.2. As a block for search it has batch norm behind each
convolution and the ratios of section 5: half of the width from 3x3 convolutions, squeezed to an eighth.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line


def fire(b: Builder, name: str, line: Line, squeeze: int, expand1: int, expand3: int) -> Line:
    """The module as published, under the scope `name`: biases, no norm, ReLU; puts out `expand1` + `expand3` channels."""
    with b.scope(name):
        line = b.conv_act("squeeze", line, squeeze, kernel=1)
        return b.concat("concat", b.conv_act("expand1", line, expand1, kernel=1), b.conv_act("expand3", line, expand3))


def normalised_fire(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """The module with batch norm; both expansions have the stride, and end without an activation."""
    if width < 2:
        raise GenomeError(f"a fire block puts two lines side by side, so it is at least 2 channels wide, got {width}")
    line = b.conv("squeeze", line, max(1, width // 8), kernel=1)
    line = b.act("squeeze_act", b.norm("squeeze_norm", line), options.activation)
    one = b.norm("norm1", b.conv("expand1", line, width // 2, kernel=1, stride=stride))
    three = b.norm("norm3", b.conv("expand3", line, width - width // 2, kernel=options.kernel, stride=stride))
    return b.concat("concat", one, three)


blocks.register("fire", Block(normalised_fire))
