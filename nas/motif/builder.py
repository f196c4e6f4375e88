"""A small builder: grows a genome node by node and keeps its cost as it goes."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, Shape, ops
from nas.genome.op import Facts, infer


class Line(NamedTuple):
    """A tensor on its way through the network: the node that puts it out, and the shape for one image."""

    name: str
    shape: Shape

    @property
    def channels(self) -> int:
        return self.shape[0]


class Builder:
    """Adds nodes under the open scopes."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._facts: list[Facts] = []
        self._prefix = ""

    @property
    def params(self) -> int:
        """Learnable scalars of the nodes so far."""
        return sum([fact.params for fact in self._facts])

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the nodes so far, for one image."""
        return sum([fact.macs for fact in self._facts])

    @property
    def activations(self) -> int:
        """Scalars that the nodes so far put out for one image."""
        return sum([fact.size for fact in self._facts])

    def scope(self, name: str) -> _Scope:
        """Names of nodes that are added within begin with `name/`."""
        return _Scope(self, name)

    def add(self, name: str, op: Op, *lines: Line) -> Line:
        """A node that applies `op` to the lines."""
        full = self._prefix + name
        if len(lines) == 1:  # nearly always, and without two comprehensions it takes a third less
            ((source, shape),) = lines
            inputs, shapes = (source,), (shape,)
        else:
            inputs, shapes = tuple([line.name for line in lines]), tuple([line.shape for line in lines])
        try:
            fact = infer(op, shapes)
        except GenomeError as error:
            raise GenomeError(f"node '{full}' ({op.kind}): {error}") from None
        self.nodes.append(Node(full, op, inputs))
        self._facts.append(fact)
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
