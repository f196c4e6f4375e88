"""The operations at which lines meet."""

from __future__ import annotations

from typing import ClassVar

from nas.errors import GenomeError
from nas.genome.op import Op, Shape, fraction, operation, set_fields, whole


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


@operation("highway_gate")
class HighwayGate(Op):
    """h, t, x -> h * T + x * (1 - T) with T = sigmoid(t + bias): how much of x is transformed.

    Srivastava et al. 2015, arXiv:1505.00387, section 2. The negative bias lets a fresh network carry its input.
    """

    bias: float = -2.0
    arity: ClassVar[tuple[int, int | None]] = (3, 3)

    def __post_init__(self) -> None:
        if isinstance(self.bias, bool) or not isinstance(self.bias, int | float) or not abs(self.bias) < float("inf"):
            raise GenomeError(f"bias must be a number, got {self.bias!r}")
        set_fields(self, bias=float(self.bias))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return _alike(inputs)


@operation("fractal_join")
class FractalJoin(Op):
    """The mean of the columns that meet, of which drop-path takes some away in training.

    Larsson et al. 2017, arXiv:1605.07648, section 3.1. `columns` says from which column each input comes, 0 being the
    shallowest of `of`. A mini-batch is global with the probability `global_share`: one column of the whole network,
    the same at every join, runs alone. Else each input is dropped with the probability `drop`, all but one at most.
    In use all inputs are averaged.
    """

    columns: tuple[int, ...]
    of: int
    drop: float = 0.15
    global_share: float = 0.5
    arity: ClassVar[tuple[int, int | None]] = (1, None)

    def __post_init__(self) -> None:
        whole("of", self.of, least=1)
        if not isinstance(self.columns, tuple) or not all(type(column) is int for column in self.columns):
            raise GenomeError(f"columns must be a list of whole numbers, got {self.columns!r}")
        if sorted(set(self.columns)) != list(self.columns):
            raise GenomeError(f"columns must be different numbers, the shallowest first, got {self.columns!r}")
        if not self.columns or not 0 <= self.columns[0] <= self.columns[-1] < self.of:
            raise GenomeError(f"columns must be numbers from 0 to {self.of - 1}, got {self.columns!r}")
        share = self.global_share
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise GenomeError(f"global_share must be from 0 to 1, got {share!r}")
        set_fields(self, drop=fraction("drop", self.drop), global_share=float(share))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        if len(inputs) != len(self.columns):
            raise GenomeError(f"takes an input for each of its columns {self.columns}, got {len(inputs)}")
        return _alike(inputs)
