"""What a block is: the function F whose output a connectivity joins to the other lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nas.motif.builder import Builder, Line
from nas.registry import Registry


@dataclass(frozen=True, slots=True)
class BlockOptions:
    """What may vary within blocks; each block reads what it needs."""

    kernel: int = 3
    activation: str = "relu"
    branches: int = 4
    shares: tuple[int, ...] = (2, 4, 1, 1)


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
