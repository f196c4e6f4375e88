"""A small builder: grows a genome node by node and keeps its cost as it goes."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, Shape, ops
from nas.genome.op import infer


class Line(NamedTuple):
    """A tensor on its way through the network: the node that puts it out, and the shape for one image."""

    name: str
    shape: Shape

    @property
    def channels(self) -> int:
        return self.shape[0]


class Builder:
    """Adds nodes under the open scopes; `params`, `macs` and `activations` are those of the nodes so far."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.params = self.macs = self.activations = 0
        self._prefix = ""

    def scope(self, name: str) -> _Scope:
        """Names of nodes that are added within begin with `name/`."""
        return _Scope(self, name)

    def add(self, name: str, op: Op, *lines: Line) -> Line:
        """A node that applies `op` to the lines."""
        full = self._prefix + name
        try:
            fact = infer(op, tuple([line.shape for line in lines]))
        except GenomeError as error:
            raise GenomeError(f"node '{full}' ({op.kind}): {error}") from None
        self.nodes.append(Node(full, op, tuple([line.name for line in lines])))
        self.params += fact.params
        self.macs += fact.macs
        self.activations += fact.size
        return Line(full, fact.shape)

    def genome(self) -> Genome:
        """The genome of the nodes so far."""
        return Genome(self.nodes)

    # The layers that every motif is made of. Operations are cached: a genome of a hundred nodes has a dozen kinds.

    def conv(self, name: str, line: Line, channels: int, *, kernel: int = 3, stride: int = 1, bias: bool = False) -> Line:
        """A square convolution that keeps the resolution at stride 1."""
        return self.add(name, _conv(channels, kernel, stride, bias), line)

    def norm(self, name: str, line: Line) -> Line:
        """Batch normalisation."""
        return self.add(name, _NORM, line)

    def act(self, name: str, line: Line, function: str) -> Line:
        """A nonlinearity."""
        return self.add(name, _activation(function), line)

    def sum(self, name: str, *lines: Line) -> Line:
        """The sum of lines."""
        return self.add(name, _ADD, *lines)


class _Scope:
    """A prefix while it is open; a class, because a generator with `contextmanager` takes three times as long."""

    __slots__ = ("_before", "_builder", "_name")

    def __init__(self, builder: Builder, name: str) -> None:
        self._builder, self._name = builder, name

    def __enter__(self) -> None:
        self._before = self._builder._prefix
        self._builder._prefix = f"{self._before}{self._name}/"

    def __exit__(self, *_: object) -> None:
        self._builder._prefix = self._before


_NORM, _ADD = ops.BatchNorm2d(), ops.Add()
_activation = cache(ops.Activation)


@cache
def _conv(channels: int, kernel: int, stride: int, bias: bool) -> ops.Conv2d:
    half = kernel // 2
    return ops.Conv2d(channels, (kernel, kernel), (stride, stride), (half, half), bias=bias)
