"""A small builder: grows a genome node by node and keeps its cost as it goes."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, Shape, ops
from nas.genome.genome import MAX_NODES
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
        """A node that applies `op` to the lines; `GenomeError` where they do not fit, and for too many nodes."""
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
        if len(self.nodes) >= MAX_NODES:  # before a depth that is a slip of the pen fills the memory
            raise GenomeError(f"it has more than {MAX_NODES:,} nodes")
        self.nodes.append(Node(full, op, inputs))
        self._facts.append(fact)
        return Line(full, fact.shape)

    def genome(self) -> Genome:
        """The genome of the nodes so far."""
        return Genome(self.nodes)

    # The layers that every motif is made of. Operations are cached: a genome of a hundred nodes has a dozen kinds.

    def conv(
        self,
        name: str,
        line: Line,
        channels: int,
        *,
        kernel: int | tuple[int, int] = 3,
        stride: int = 1,
        padding: int | None = None,
        groups: int = 1,
        bias: bool = False,
    ) -> Line:
        """A convolution; with no padding given it keeps the resolution at stride 1. An asymmetric kernel is (high, wide)."""
        return self.add(name, _conv(channels, kernel, stride, padding, groups, bias), line)

    def depthwise(self, name: str, line: Line, *, kernel: int = 3, stride: int = 1, bias: bool = False) -> Line:
        """A convolution of each channel by itself."""
        return self.conv(name, line, line.channels, kernel=kernel, stride=stride, groups=line.channels, bias=bias)

    def norm(self, name: str, line: Line) -> Line:
        """Batch normalisation."""
        return self.add(name, _NORM, line)

    def act(self, name: str, line: Line, function: str) -> Line:
        """A nonlinearity."""
        return self.add(name, _activation(function), line)

    def conv_norm_act(
        self,
        name: str,
        line: Line,
        channels: int,
        *,
        kernel: int | tuple[int, int] = 3,
        stride: int = 1,
        padding: int | None = None,
        groups: int = 1,
        function: str = "relu",
    ) -> Line:
        """Convolution without bias, batch norm, nonlinearity, under the scope `name`."""
        with self.scope(name):
            line = self.conv("conv", line, channels, kernel=kernel, stride=stride, padding=padding, groups=groups)
            return self.act("act", self.norm("norm", line), function)

    def conv_act(
        self,
        name: str,
        line: Line,
        channels: int,
        *,
        kernel: int | tuple[int, int] = 3,
        stride: int = 1,
        padding: int | None = None,
        groups: int = 1,
        function: str = "relu",
    ) -> Line:
        """Convolution with bias and nonlinearity, under the scope `name`: how networks were before batch norm."""
        with self.scope(name):
            line = self.conv("conv", line, channels, kernel=kernel, stride=stride, padding=padding, groups=groups, bias=True)
            return self.act("act", line, function)

    def max_pool(self, name: str, line: Line, *, kernel: int, stride: int, padding: int = 0, ceil: bool = False) -> Line:
        """The largest value of each window."""
        return self.add(name, _max_pool(kernel, stride, padding, ceil), line)

    def avg_pool(self, name: str, line: Line, *, kernel: int, stride: int, padding: int = 0, ceil: bool = False) -> Line:
        """The mean of each window."""
        return self.add(name, _avg_pool(kernel, stride, padding, ceil), line)

    def sum(self, name: str, *lines: Line) -> Line:
        """The sum of lines."""
        return self.add(name, _ADD, *lines)

    def concat(self, name: str, *lines: Line) -> Line:
        """The channels of lines side by side."""
        return self.add(name, _CONCAT, *lines)

    def classifier(self, line: Line, classes: int, *, dropout: float = 0.0) -> Line:
        """Global average pooling, dropout where there is any, and one linear layer to the output, under the scope "head"."""
        with self.scope("head"):
            line = self.add("pool", _GLOBAL_POOL, line)
            if dropout:
                line = self.add("dropout", ops.Dropout(dropout), line)
            line = self.add("linear", ops.Linear(classes), self.add("flatten", _FLATTEN, line))
        return self.add("output", _OUTPUT, line)


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


_NORM, _ADD, _CONCAT = ops.BatchNorm2d(), ops.Add(), ops.Concat()
_GLOBAL_POOL, _FLATTEN, _OUTPUT = ops.GlobalAvgPool2d(), ops.Flatten(), ops.Output()
_activation = cache(ops.Activation)


@cache
def _conv(channels: int, kernel: int | tuple[int, int], stride: int, padding: int | None, groups: int, bias: bool) -> ops.Conv2d:
    high, wide = (kernel, kernel) if isinstance(kernel, int) else kernel
    around = (high // 2, wide // 2) if padding is None else (padding, padding)
    return ops.Conv2d(channels, (high, wide), (stride, stride), around, groups=groups, bias=bias)


@cache
def _max_pool(kernel: int, stride: int, padding: int, ceil: bool) -> ops.MaxPool2d:
    return ops.MaxPool2d((kernel, kernel), (stride, stride), (padding, padding), ceil)


@cache
def _avg_pool(kernel: int, stride: int, padding: int, ceil: bool) -> ops.AvgPool2d:
    return ops.AvgPool2d((kernel, kernel), (stride, stride), (padding, padding), ceil)
