"""The kinds of edits, each with the places where it can be tried: what a search draws from.

An edit is a plain value that says what is done where, so a trial can be read and repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from nas.edit.draft import only_reader, predicting
from nas.edit.layers import add_branch, deepen, rewire, swap_op
from nas.edit.shortcut import deepen_residual
from nas.edit.unit import convolutions, tail_of, with_kernel
from nas.edit.widths import widen, widenable
from nas.errors import GenomeError
from nas.genome import Genome, Op, Shape, ops
from nas.registry import Registry

FACTORS = (1.5, 2.0)
KERNELS = (1, 3, 5, 7)
FUNCTIONS = ("relu", "leaky_relu", "elu", "silu", "gelu")
BACK = 12  # a rewired node looks for another source among so many before it


@dataclass(frozen=True)
class Edit:
    """One change of a genome, said in words, and the function that makes it."""

    kind: str
    node: str
    what: str
    apply: Callable[[Genome], Genome]

    def __str__(self) -> str:
        return f"{self.kind} {self.node} {self.what}".rstrip()


Sites = Callable[[Genome], list[Edit]]
"""All edits of one kind that may be tried on a genome, in the order of its nodes; some may turn out not to fit.

Auxiliary heads are left as they are: their edits would not change the prediction.
"""

edits: Registry[Sites] = Registry("kind of edit")


def _deepen(genome: Genome) -> list[Edit]:
    return [Edit("deepen", name, "", partial(deepen, node=name)) for name in convolutions(genome)]


def _deepen_residual(genome: Genome) -> list[Edit]:
    return [Edit("deepen-residual", name, "", partial(deepen_residual, node=name)) for name in convolutions(genome)]


def _widen(genome: Genome) -> list[Edit]:
    return [
        Edit("widen", name, f"x{factor:g}", partial(widen, node=name, factor=factor))
        for name in widenable(genome)
        for factor in FACTORS
    ]


def _add_branch(genome: Genome) -> list[Edit]:
    """A kernel like the convolution's own makes a new part of a concatenation, and nothing new of a sum."""
    found = []
    reader_of = only_reader(genome)
    for name in convolutions(genome):
        op = genome[name].op
        assert isinstance(op, ops.Conv2d)
        end = ([name] + [node.name for node in tail_of(genome, name, reader_of)])[-1]
        beside = end in reader_of and isinstance(genome[reader_of[end]].op, ops.Concat)
        found += [
            Edit("add-branch", name, f"{kernel}x{kernel}", partial(add_branch, node=name, kernel=kernel))
            for kernel in KERNELS[:3]
            if (other := _kernel(op, kernel)) is not None and (beside or other != op)
        ]
    return found


def _rewire(genome: Genome) -> list[Edit]:
    """Convolutions and joins take another line of the shape that they take now; a sum may take one more."""
    found = []
    shapes = genome.shapes
    sources: dict[Shape, list[str]] = {}  # by the shape that they put out, nearest last
    for node in predicting(genome):
        if isinstance(node.op, ops.Conv2d | ops.Add | ops.Concat):
            place = len(node.inputs) if isinstance(node.op, ops.Add) else 0
            found += [
                Edit("rewire", node.name, f"from {source}", partial(rewire, node=node.name, source=source, place=place))
                for source in sources.get(shapes[node.inputs[0]], [])[-BACK:]
                if source not in node.inputs
            ]
        if isinstance(node.op, ops.Activation | ops.Add | ops.Concat | ops.MaxPool2d):
            sources.setdefault(shapes[node.name], []).append(node.name)
    return found


def _swap_op(genome: Genome) -> list[Edit]:
    return [
        Edit("swap-op", node.name, f"to {words}", partial(swap_op, node=node.name, op=op))
        for node in predicting(genome)
        for words, op in _others(node.op)
    ]


def _others(op: Op) -> list[tuple[str, Op]]:
    """What could stand in place of an operation."""
    if isinstance(op, ops.Activation):
        return [(function, ops.Activation(function)) for function in FUNCTIONS if function != op.function]
    if isinstance(op, ops.MaxPool2d | ops.AvgPool2d) and max(op.kernel) == 1:
        return []  # it takes every so many-th pixel, whatever its name
    if isinstance(op, ops.MaxPool2d):
        return [("avg_pool", ops.AvgPool2d(op.kernel, op.stride, op.padding, op.ceil))]
    if isinstance(op, ops.AvgPool2d):
        return [("max_pool", ops.MaxPool2d(op.kernel, op.stride, op.padding, op.ceil))]
    if isinstance(op, ops.Conv2d):
        return [(f"{kernel}x{kernel}", other) for kernel in KERNELS if (other := _kernel(op, kernel)) not in (None, op)]
    return []


def _kernel(op: ops.Conv2d, kernel: int) -> ops.Conv2d | None:
    try:
        return with_kernel(op, kernel)
    except GenomeError:
        return None


edits.register("deepen", _deepen)
edits.register("deepen-residual", _deepen_residual)
edits.register("widen", _widen)
edits.register("add-branch", _add_branch)
edits.register("rewire", _rewire)
edits.register("swap-op", _swap_op)
