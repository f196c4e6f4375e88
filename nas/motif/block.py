"""What a block is: the function F whose output a connectivity joins to the other lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nas.motif.builder import Builder, Line
from nas.registry import Registry


@dataclass(frozen=True, slots=True)
class BlockOptions:
    """What may vary within blocks and joins; each reads what it needs."""

    kernel: int = 3
    activation: str = "relu"
    branches: int = 4  # of an inception block
    shares: tuple[int, ...] = (2, 4, 1, 1)  # of the width, for each branch
    groups: int = 4  # of the grouped convolutions of resnext and shuffle
    columns: int = 3  # of a fractal
    functions: int = 2  # side by side in a multi-residual join
    bases: tuple[int, ...] = (1, 2)  # blocks of each base network between two fusions of deeply-fused nets


Body = Callable[[Builder, Line, int, int, BlockOptions], Line]


@dataclass(frozen=True, slots=True)
class Block:
    """F, and whether it is activated in front of it or behind the place where it is joined.

    `body(builder, line, width, stride, options)` gives back a line of `width` channels at 1/stride of the resolution.
    With `preactivated` the line comes through batch norm and activation already (He et al. 2016b, arXiv:1603.05027),
    and nothing follows the join; else the join is followed by the activation, so `body` ends without one.
    """

    body: Body
    preactivated: bool = False


blocks: Registry[Block] = Registry("block")
