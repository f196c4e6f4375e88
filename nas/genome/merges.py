"""The operations at which lines meet."""

from __future__ import annotations

from typing import ClassVar

from nas.errors import GenomeError
from nas.genome.op import Op, Shape, operation


def _alike(inputs: tuple[Shape, ...]) -> Shape:
    for shape in inputs[1:]:
        if shape != inputs[0]:
            raise GenomeError(f"takes inputs of one shape, got {inputs[0]} and {shape}; project one of them by a 1x1 convolution")
    return inputs[0]


@operation("add")
class Add(Op):
    """The sum of lines of one shape."""

    arity: ClassVar[tuple[int, int | None]] = (1, None)
    commutative: ClassVar[bool] = True

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return _alike(inputs)


@operation("mean")
class Mean(Op):
    """The average of lines of one shape."""

    arity: ClassVar[tuple[int, int | None]] = (1, None)
    commutative: ClassVar[bool] = True

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return _alike(inputs)


@operation("multiply")
class Multiply(Op):
    """The product of lines of one shape; (c, 1, 1) scales the channels of (c, h, w)."""

    arity: ClassVar[tuple[int, int | None]] = (1, None)
    commutative: ClassVar[bool] = True

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        full = max(inputs, key=lambda shape: shape[1:])
        for shape in inputs:
            if shape != full and shape != (full[0], *[1] * (len(full) - 1)):
                raise GenomeError(f"takes inputs of one shape, or (channels, 1, 1) as a scale, got {full} and {shape}")
        return full


@operation("concat")
class Concat(Op):
    """Channels of lines side by side, in the order of the inputs."""

    arity: ClassVar[tuple[int, int | None]] = (1, None)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        for shape in inputs[1:]:
            if shape[1:] != inputs[0][1:]:
                raise GenomeError(f"takes images of one height and width, got {inputs[0]} and {shape}")
        return (sum(shape[0] for shape in inputs), *inputs[0][1:])
