"""How torch computes each operation: one builder for each kind, in one registry.

A builder takes the operation and its `Place` and gives back what is called with the node's input tensors, in
order: a `torch.nn.Module`, which becomes a part of the network under the node's name, or a function, which is
called once while the network is built and whose torch calls become lines of the network's `forward`. A user's
own operation:

    @nas.genome.operation("scale")                     # the genome's side: shape and cost
    class Scale(Op): ...

    builders.register("scale", lambda op, place: lambda x: x * op.factor)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.genome import Shape, ops
from nas.network import pointwise
from nas.registry import Registry


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation stands: the shapes of its inputs, and of each whether its tensor is `free` to be
    overwritten: nothing else reads it, and what made it does not need it for its gradient.
    """

    inputs: tuple[Shape, ...]
    free: tuple[bool, ...]


Computation = nn.Module | Callable[..., Tensor]
Builder = Callable[[Any, Place], Computation]

builders: Registry[Builder] = Registry("builder")


def _builds(kind: str) -> Callable[[Builder], Builder]:
    return lambda builder: builders.register(kind, builder)


@_builds("conv2d")
def _conv2d(op: ops.Conv2d, place: Place) -> Computation:
    channels = place.inputs[0][0]
    strided = pointwise.applies(channels=channels, kernel=op.kernel, stride=op.stride, padding=op.padding)
    return nn.utils.skip_init(
        pointwise.StridedPointwise if strided else nn.Conv2d,
        channels,
        op.out_channels,
        op.kernel,
        stride=op.stride,
        padding=op.padding,
        dilation=op.dilation,
        groups=op.groups,
        bias=op.bias,
    )


@_builds("linear")
def _linear(op: ops.Linear, place: Place) -> Computation:
    return nn.utils.skip_init(nn.Linear, place.inputs[0][0], op.out_features, bias=op.bias)


@_builds("batch_norm")
def _batch_norm(op: ops.BatchNorm2d, place: Place) -> Computation:
    return nn.BatchNorm2d(place.inputs[0][0], eps=op.eps, momentum=op.momentum, affine=op.affine)


@_builds("dropout")
def _dropout(op: ops.Dropout, place: Place) -> Computation:
    return nn.Dropout(op.rate)


# What is computed, and in place of its input; the gradients of these three need only their result.
_IN_PLACE: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu_,
    "relu6": lambda x: F.hardtanh_(x, 0.0, 6.0),
    "leaky_relu": lambda x: F.leaky_relu_(x, 0.01),
}
_OUT_OF_PLACE: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "relu6": F.relu6,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "hardswish": F.hardswish,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": F.softplus,
    "mish": F.mish,
}


@_builds("activation")
def _activation(op: ops.Activation, place: Place) -> Computation:
    if place.free[0] and op.function in _IN_PLACE:
        return _IN_PLACE[op.function]
    return _OUT_OF_PLACE[op.function]


@_builds("max_pool")
def _max_pool(op: ops.MaxPool2d, place: Place) -> Computation:
    return lambda x: torch.max_pool2d(x, op.kernel, op.stride, op.padding, (1, 1), op.ceil)


@_builds("avg_pool")
def _avg_pool(op: ops.AvgPool2d, place: Place) -> Computation:
    return lambda x: F.avg_pool2d(x, op.kernel, op.stride, op.padding, op.ceil, op.count_include_pad)


@_builds("global_avg_pool")
def _global_avg_pool(op: ops.GlobalAvgPool2d, place: Place) -> Computation:
    return lambda x: x.mean((2, 3), keepdim=True)


@_builds("flatten")
def _flatten(op: ops.Flatten, place: Place) -> Computation:
    return lambda x: torch.flatten(x, 1)


@_builds("identity")
def _identity(op: ops.Identity, place: Place) -> Computation:
    return lambda x: x


@_builds("zero")
def _zero(op: ops.Zero, place: Place) -> Computation:
    return torch.zeros_like


@_builds("add")
def _add(op: ops.Add, place: Place) -> Computation:
    return lambda *lines: _sum(lines, place)


@_builds("mean")
def _mean(op: ops.Mean, place: Place) -> Computation:
    return lambda *lines: lines[0] if len(lines) == 1 else _sum(lines, place).div_(len(lines))


def _sum(lines: tuple[Tensor, ...], place: Place) -> Tensor:
    """The sum from left to right, into a tensor that may be overwritten where there is one: on a CPU a fresh
    tensor of this size costs more than the addition."""
    if len(lines) == 1:
        return lines[0]
    first, second, *rest = lines
    if place.free[0]:
        total = first.add_(second)
    elif place.free[1]:
        total = second.add_(first)
    else:
        total = torch.add(first, second)
    for line in rest:
        total = total.add_(line)
    return total


@_builds("multiply")
def _multiply(op: ops.Multiply, place: Place) -> Computation:
    def product(first: Tensor, *rest: Tensor) -> Tensor:
        for line in rest:
            first = torch.mul(first, line)
        return first

    return product


@_builds("concat")
def _concat(op: ops.Concat, place: Place) -> Computation:
    return lambda *lines: lines[0] if len(lines) == 1 else torch.cat(lines, 1)
