"""A convolution with the norm and the activation behind it: what edits of layers copy and insert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nas.edit.draft import Draft, only_reader, predicting
from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, ops

_FOLLOW = (ops.BatchNorm2d, ops.Activation, ops.LocalResponseNorm)


@dataclass(frozen=True)
class Unit:
    """A convolution, what follows it alone, and how the network around it is put together."""

    conv: Node
    tail: tuple[Node, ...]  # norm and activation behind the convolution, as far as nothing else reads between
    activation: Op  # its own, or else the network's usual one
    norm: Op | None  # its own; where it has neither norm nor activation, the network's usual one
    preactivated: bool  # norm and activation stand in front of convolutions

    @property
    def op(self) -> ops.Conv2d:
        assert isinstance(self.conv.op, ops.Conv2d)
        return self.conv.op

    @property
    def end(self) -> str:
        """The last node."""
        return self.tail[-1].name if self.tail else self.conv.name

    @property
    def activated(self) -> bool:
        """Whether it ends with an activation."""
        return bool(self.tail) and isinstance(self.tail[-1].op, ops.Activation)

    def append(self, draft: Draft, scope: str, source: str, conv: ops.Conv2d) -> str:
        """One more unit behind `source`, in the order that the network has; gives its last node.

        Behind an activation it ends with one; else it begins with one.
        """
        front: list[tuple[str, Op | None]] = [("norm", self.norm), ("act", self.activation)]
        if self.preactivated:
            parts = [*front, ("conv", conv)]
        elif self.activated:
            parts = [("conv", conv), *front]
        else:
            parts = [("act", self.activation), ("conv", conv), ("norm", self.norm)]
        for name, op in parts:
            if op is not None:
                source = draft.add(f"{scope}/{name}", op, source)
        return source


def unit(genome: Genome, name: str) -> Unit:
    """The unit of a convolution; `GenomeError` where the node is none."""
    node = genome[name]
    if not isinstance(node.op, ops.Conv2d):
        known = ", ".join(convolutions(genome)[:5])
        raise GenomeError(f"node '{name}' is no convolution but {node.op.kind}{f'; one is: {known}' if known else ''}")
    tail = tail_of(genome, name, only_reader(genome))
    before = genome[node.inputs[0]]
    preactivated = not tail and isinstance(before.op, ops.Activation) and isinstance(genome[before.inputs[0]].op, ops.BatchNorm2d)
    activation = _last(tail, ops.Activation) or _usual(genome, ops.Activation) or ops.Activation("relu")
    norm = _last(tail, ops.BatchNorm2d) or (None if tail else _usual(genome, ops.BatchNorm2d))
    return Unit(node, tail, activation, norm, preactivated)


def tail_of(genome: Genome, name: str, reader_of: Mapping[str, str]) -> tuple[Node, ...]:
    """Norm and activation behind a convolution; `reader_of`: the only reader of each node that has one."""
    tail: list[Node] = []
    while name in reader_of and isinstance(genome[reader_of[name]].op, _FOLLOW):
        name = reader_of[name]
        tail.append(genome[name])
        if isinstance(tail[-1].op, ops.Activation):
            break
    return tuple(tail)


def convolutions(genome: Genome) -> list[str]:
    """The names of all convolutions that the prediction is made from."""
    return [node.name for node in predicting(genome) if isinstance(node.op, ops.Conv2d)]


def _last(tail: tuple[Node, ...], kind: type[Op]) -> Op | None:
    return next((node.op for node in reversed(tail) if isinstance(node.op, kind)), None)


def _usual(genome: Genome, kind: type[Op]) -> Op | None:
    counts = Counter(node.op for node in genome.nodes if isinstance(node.op, kind))
    return counts.most_common(1)[0][0] if counts else None


def check_odd(kernel: object) -> None:
    """Refuse a kernel that cannot keep the resolution: one that is no odd number."""
    if isinstance(kernel, bool) or not isinstance(kernel, int) or kernel < 1 or kernel % 2 == 0:
        raise GenomeError(f"a kernel that keeps the resolution is an odd number, got {kernel!r}")


def with_kernel(op: ops.Conv2d, kernel: int) -> ops.Conv2d:
    """The convolution with another square kernel and the same resolution behind it; `GenomeError` where that cannot be."""
    padding = []
    for before, around, spread in zip(op.kernel, op.padding, op.dilation, strict=True):
        twice = 2 * around + spread * (kernel - before)
        if twice < 0 or twice % 2:
            raise GenomeError(f"a kernel of {kernel} in place of {op.kernel} with padding {op.padding} gives another resolution")
        padding.append(twice // 2)
    return replace(op, kernel=(kernel, kernel), padding=(padding[0], padding[1]))
