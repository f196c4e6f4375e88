"""Branches side by side, each a row of layers, joined by concatenation: the notation of the Inception papers' figures.

A module is a table with a row for each branch (Szegedy et al. 2016, arXiv:1512.00567, figures 5 to 7, and
arXiv:1602.07261, figures 3 to 19), such as {"one": [Conv(64)], "five": [Conv(48), Conv(64, 5)]}. A row may split again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from nas.genome import ops
from nas.motif.builder import Builder, Line


class Conv(NamedTuple):
    """A convolution with what stands behind it; kernel and stride are (high, wide). A valid one has no padding."""

    channels: int
    kernel: int | tuple[int, int] = 1
    stride: int | tuple[int, int] = 1
    valid: bool = False


class Pool(NamedTuple):
    """A 3x3 pooling, "max" or "avg"; averages leave the padding out."""

    kind: str
    stride: int = 1
    padding: int | tuple[int, int] = 1
    ceil: bool = False


Row: TypeAlias = "Sequence[Conv | Pool | Branches]"
Branches: TypeAlias = Mapping[str, Row]
Layer = Callable[[Builder, str, Line, Conv], Line]


def side_by_side(b: Builder, line: Line, branches: Branches, layer: Layer) -> Line:
    """All branches on one line, concatenated in their order; each stands under its name."""
    ends = []
    for name, parts in branches.items():
        with b.scope(name):
            ends.append(row(b, line, parts, layer))
    return b.concat("concat", *ends)


def row(b: Builder, line: Line, parts: Row, layer: Layer) -> Line:
    """Layers one behind another: conv1, pool1, split1, conv2 and so on, numbered by kind."""
    numbers = {"conv": 0, "pool": 0, "split": 0}
    for part in parts:
        kind = "conv" if isinstance(part, Conv) else "pool" if isinstance(part, Pool) else "split"
        numbers[kind] += 1
        name = f"{kind}{numbers[kind]}"
        if isinstance(part, Conv):
            line = layer(b, name, line, part)
        elif isinstance(part, Pool):
            line = b.add(name, _pool(part), line)
        else:
            with b.scope(name):
                line = side_by_side(b, line, part, layer)
    return line


@cache
def normed(function: str | None = "relu", *, eps: float = 1e-5, bias: bool = False) -> Layer:
    """Convolution, batch norm and activation (none if None), under the scope of the layer's name."""

    def layer(b: Builder, name: str, line: Line, conv: Conv) -> Line:
        with b.scope(name):
            line = b.add("norm", ops.BatchNorm2d(eps=eps), b.add("conv", operation(conv, bias=bias), line))
            return line if function is None else b.act("act", line, function)

    return layer


@cache
def biased(function: str = "relu") -> Layer:
    """Convolution with bias and activation: how networks were before batch norm."""

    def layer(b: Builder, name: str, line: Line, conv: Conv) -> Line:
        with b.scope(name):
            return b.act("act", b.add("conv", operation(conv, bias=True), line), function)

    return layer


@cache
def operation(conv: Conv, *, bias: bool = False) -> ops.Conv2d:
    """The convolution itself; padded by half of its kernel unless it is valid."""
    high, wide = (conv.kernel, conv.kernel) if isinstance(conv.kernel, int) else conv.kernel
    stride = (conv.stride, conv.stride) if isinstance(conv.stride, int) else conv.stride
    padding = (0, 0) if conv.valid else (high // 2, wide // 2)
    return ops.Conv2d(conv.channels, (high, wide), stride, padding, bias=bias)


@cache
def _pool(pool: Pool) -> ops.MaxPool2d | ops.AvgPool2d:
    padding = (pool.padding, pool.padding) if isinstance(pool.padding, int) else pool.padding
    kind = {"max": ops.MaxPool2d, "avg": ops.AvgPool2d}[pool.kind]
    return kind((3, 3), (pool.stride, pool.stride), padding, pool.ceil)
