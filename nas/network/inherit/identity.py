"""New layers that hand a line of the parent on: what makes them the identity, and what is in the way."""

from __future__ import annotations

import math
from functools import cached_property

import torch

from nas.genome import Genome, Node, Shape, ops
from nas.network.build import state_name
from nas.network.inherit.bounds import bounds_of, hands_on
from nas.network.inherit.kernels import NEW, dirac
from nas.network.inherit.lines import Trace
from nas.network.inherit.moments import Moments, moments_of
from nas.network.inherit.store import Store


class Identities:
    """Makes new nodes of a child the identity."""

    def __init__(self, parent: Genome, child: Genome, store: Store) -> None:
        self._parent, self._child, self._store = parent, child, store
        self._bounds = bounds_of(parent)

    @cached_property
    def _moments(self) -> dict[str, Moments]:
        return moments_of(self._parent, self._store.norm)

    def make(self, node: Node, source: str, traces: dict[str, Trace]) -> str:
        """Give a node that hands on its input `source` the weights for that; says what is in the way, or ""."""
        op, line = node.op, traces[source]
        if isinstance(op, ops.Concat | ops.Dropout | ops.Identity):
            return ""
        if isinstance(op, ops.Add):
            others = [name for name in node.inputs if name != source]
            loud = next((name for name in others if not traces[name].zero), None)
            if len(others) < len(node.inputs) - 1:
                loud = source
            return f"'{loud}' is added, and is not zero" if loud else ""
        if isinstance(op, ops.Activation):
            bounds = self._bounds.get(line.of, (-math.inf, math.inf))
            return "" if hands_on(op.function, bounds) else f"{op.function} changes '{line.of}'"
        if isinstance(op, ops.BatchNorm2d):
            self._norm(node, op, line)
            return ""
        if isinstance(op, ops.Conv2d) and _can_be_identity(op, self._child.shapes[source], self._child.shapes[node.name]):
            key = f"{state_name(node.name)}.weight"
            self._store.state[key] = dirac(self._store.state[key].shape)  # a fresh bias is zero
            return ""
        return f"this {op.kind} cannot be the identity"

    def _norm(self, node: Node, op: ops.BatchNorm2d, line: Trace) -> None:
        state, stem = self._store.state, state_name(node.name)
        if not op.affine:
            state[f"{stem}.running_var"].fill_(1 - op.eps)
            return
        mean, variance = state[f"{stem}.running_mean"], state[f"{stem}.running_var"]
        if line.of in self._moments:
            for mine, known in zip((mean, variance), self._moments[line.of], strict=True):
                mine.copy_(torch.where(line.channels == NEW, mine, known[line.channels.clamp(min=0)]))
        state[f"{stem}.weight"].copy_((variance + op.eps).sqrt())
        state[f"{stem}.bias"].copy_(mean)


def _can_be_identity(op: ops.Conv2d, given: Shape, shape: Shape) -> bool:
    middle = all(2 * pad == apart * (size - 1) for size, pad, apart in zip(op.kernel, op.padding, op.dilation, strict=True))
    return given == shape and op.stride == (1, 1) and middle and all(size % 2 for size in op.kernel)
