"""How a person writes an operation in torch: a layer that `__init__` makes, or a formula in `forward`.

The counterpart of `nas.network.builders`: there an operation becomes a tensor's way, here the text of one. A user's own
operation is written once it is registered too:

    @writes("shift")
    def _shift(op, inputs):
        return Formula("{0} + {by}", (Argument("by", op.by),))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nas.genome import Shape
from nas.registry import Registry


class Code(str):
    """A value that is written as it is."""


Value = bool | int | float | str | tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a layer or formula. With a `role` it may become one of the block's own constructor, where blocks
    differ in it; those of one role and equal values are the same. Without one it is part of what the block is.
    """

    name: str
    value: Value
    role: str = ""
    default: Value | None = None  # torch's own, which is not written
    positional: bool = False

    @property
    def look(self) -> tuple[Any, ...]:
        """Equal for arguments of blocks that are one class."""
        return self.name, self.default, self.positional, self.role or (type(self.value), self.value)


@dataclass(frozen=True, slots=True)
class Layer:
    """`self.node = function(arguments)`, called with the inputs."""

    function: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A pattern of inputs {0}, {1}, ... and arguments {name}; or, of a bare name, a call: name(inputs, arguments).

    `atomic`: no operator stands outside of brackets. `twice`: an input is read twice, so it must be a variable.
    """

    pattern: str
    arguments: tuple[Argument, ...] = ()
    atomic: bool = True
    twice: bool = False

    @property
    def is_call(self) -> bool:
        return "{" not in self.pattern


@dataclass(frozen=True, slots=True)
class Join:
    """Many inputs: added or multiplied, the sum divided by their number, or side by side as `torch.cat` puts them."""

    operator: str  # "+", "*", "mean", "cat"


@dataclass(frozen=True, slots=True)
class Same:
    """The input as it is."""


Written = Layer | Formula | Join | Same
Writer = Callable[[Any, tuple[Shape, ...]], Written]
writers: Registry[Writer] = Registry("operation with a torch source")


def writes(kind: str) -> Callable[[Writer], Writer]:
    """Register the function below as what writes operations of `kind`."""
    return lambda writer: writers.register(kind, writer)
