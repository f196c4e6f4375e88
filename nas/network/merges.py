"""Where lines meet; the joins of fractal networks stand in `drop_path`."""

from __future__ import annotations

import torch
from torch import Tensor

from nas.genome import ops
from nas.network.builders import Computation, Place, builds


@builds("add")
def _add(op: ops.Add, place: Place) -> Computation:
    return lambda *lines: added(lines, place.free)


@builds("mean")
def _mean(op: ops.Mean, place: Place) -> Computation:
    return lambda *lines: lines[0] if len(lines) == 1 else added(lines, place.free).div_(len(lines))


def added(lines: tuple[Tensor, ...], free: tuple[bool, ...]) -> Tensor:
    """The sum from left to right, into a tensor that may be overwritten where there is one: on a CPU a fresh
    tensor of this size costs more than the addition."""
    if len(lines) == 1:
        return lines[0]
    first, second, *rest = lines
    if free[0]:
        total = first.add_(second)
    elif free[1]:
        total = second.add_(first)
    else:
        total = torch.add(first, second)
    for line in rest:
        total = total.add_(line)
    return total


@builds("multiply")
def _multiply(op: ops.Multiply, place: Place) -> Computation:
    def product(first: Tensor, *rest: Tensor) -> Tensor:
        for line in rest:
            first = torch.mul(first, line)
        return first

    return product


@builds("concat")
def _concat(op: ops.Concat, place: Place) -> Computation:
    return lambda *lines: lines[0] if len(lines) == 1 else torch.cat(lines, 1)


@builds("highway_gate")
def _highway_gate(op: ops.HighwayGate, place: Place) -> Computation:
    return lambda h, t, x: x + torch.sigmoid(t + op.bias) * (h - x)
