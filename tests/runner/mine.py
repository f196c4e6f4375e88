"""A person's own operation and block, registered when this module is imported."""

from __future__ import annotations

from nas import blocks, operation
from nas.genome.op import Op, Shape
from nas.motif import Block, BlockOptions, Builder, Line


@operation("doubled")
class Doubled(Op):
    """Twice the line."""

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]


def body(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """A convolution, doubled."""
    return b.add("doubled", Doubled(), b.conv("conv", line, width, stride=stride))


blocks.register("mine", Block(body))
