"""How torch computes each operation: one builder for each kind, in one registry.

A builder takes the operation and its `Place` and gives back what is called with the node's input tensors, in
order: a `torch.nn.Module`, which becomes a part of the network under the node's name, or a function, which is
called once while the network is built and whose torch calls become lines of the network's `forward`. What has
weights, keeps a tensor or differs between training and use must be a module. A user's own operation:

    @nas.genome.operation("shift")                     # the genome's side: shape and cost
    class Shift(Op): ...

    builders.register("shift", lambda op, place: lambda x: x + op.by)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from nas.genome import Shape
from nas.registry import Registry


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation stands: the shapes of its inputs, and of each whether its tensor is `free` to be
    overwritten: nothing else reads it, and what made it does not need it for its gradient. `shared` is one
    dictionary for the whole network that is being built, through which its modules find what they have in common.
    """

    inputs: tuple[Shape, ...]
    free: tuple[bool, ...]
    shared: dict[str, Any] = field(default_factory=dict)


Computation = nn.Module | Callable[..., Tensor]
Builder = Callable[[Any, Place], Computation]

builders: Registry[Builder] = Registry("builder")


def builds(kind: str) -> Callable[[Builder], Builder]:
    """Register the function below as the builder of `kind`."""
    return lambda builder: builders.register(kind, builder)
