"""Networks of cells: a small graph whose edges are operations, repeated in a fixed skeleton.

NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326), section 2.1 and figure 1: every node of a cell but its input is the
sum of what the edges from all nodes before it bring; stages of equal cells, and between two stages a residual block that
halves the resolution. An edge that brings nothing is a node of zeros here, so what stands behind it keeps its cost, as in
the published figures. Of an image with an odd side the shortcut's pooling takes the last row too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif.builder import Builder, Line
from nas.registry import Registry

EdgeOp = Callable[[Builder, Line], Line]

edge_ops: Registry[EdgeOp] = Registry("operation of an edge")


def edges_of(nodes: int) -> list[str]:
    """The names of the edges of a cell of so many nodes, node by node: edge0-1, edge0-2, edge1-2, ..."""
    return [f"edge{source}-{node}" for node in range(1, nodes) for source in range(node)]


@dataclass(frozen=True)
class Cells:
    """The plan of a network of cells: the operation of each edge, the width of each stage, the cells of each."""

    edges: Mapping[str, str]
    nodes: int = 4
    widths: tuple[int, ...] = (16, 32, 64)
    repeats: int = 5


def compose_cells(plan: Cells, *, input_shape: Shape, classes: int) -> Builder:
    """The nodes of the plan's network; `GenomeError` where a stage would shrink below one pixel."""
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = b.norm("norm", b.conv("conv", line, plan.widths[0]))
    for stage, width in enumerate(plan.widths, start=1):
        with b.scope(f"stage{stage}"):
            line = line if stage == 1 else _reduction(b, line, width)
            for number in range(1, plan.repeats + 1):
                with b.scope(f"cell{number}"):
                    line = cell(b, line, plan.edges, plan.nodes)
    with b.scope("head"):
        line = b.act("act", b.norm("norm", line), "relu")
    b.classifier(line, classes)
    return b


def cell(b: Builder, line: Line, edges: Mapping[str, str], nodes: int) -> Line:
    """One cell: its last node."""
    lines = [line]
    for node in range(1, nodes):
        brought = []
        for source in range(node):
            op = edges[f"edge{source}-{node}"]
            with b.scope(f"edge{source}_{node}/{op}"):  # names of nodes have no hyphen
                brought.append(edge_ops.get(op)(b, lines[source]))
        lines.append(brought[0] if node == 1 else b.sum(f"node{node}", *brought))
    return lines[-1]


def _reduction(b: Builder, line: Line, width: int) -> Line:
    """A residual block of stride 2, activated in front of its convolutions, with a pooled shortcut."""
    side = min(line.shape[1:])
    if side < 2:
        raise GenomeError(f"a stage would halve an image of {line.shape[1]}x{line.shape[2]}")
    with b.scope("reduction"):
        body = b.conv("conv1", b.act("act1", line, "relu"), width, stride=2)
        body = b.conv("conv2", b.act("act2", b.norm("norm1", body), "relu"), width)
        body = b.norm("norm2", body)
        odd = any(extent % 2 for extent in line.shape[1:])
        shortcut = b.conv("project", b.avg_pool("pool", line, kernel=2, stride=2, ceil=odd), width, kernel=1)
        return b.sum("sum", body, shortcut)


def cell_of(genome: Genome) -> dict[str, str]:
    """The operation of each edge of a network of cells, read from the names of its nodes.

    Raises `GenomeError` where there are no cells, or where they differ.
    """
    cells: dict[str, dict[str, str]] = {}
    for stage, cell_name, edge, op in _placed(genome):
        if cells.setdefault(f"{stage}/{cell_name}", {}).setdefault(edge, op) != op:
            raise GenomeError(f"the network has two operations at {stage}/{cell_name}/{edge}")
    if not cells:
        raise GenomeError("the network has no cells with edges such as edge0_1/nor_conv_3x3")
    first, *others = cells.values()
    if any(other != first for other in others):
        raise GenomeError("the cells of the network differ")
    return first


def _placed(genome: Genome) -> Iterator[tuple[str, str, str, str]]:
    for node in genome.nodes:
        parts = node.name.split("/")
        if len(parts) >= 5 and parts[2].startswith("edge"):
            yield parts[0], parts[1], parts[2].replace("_", "-"), parts[3]


def _convolution(kernel: int) -> EdgeOp:
    def body(b: Builder, line: Line) -> Line:
        """Activation, convolution, norm, as wide as the line."""
        return b.norm("norm", b.conv("conv", b.act("act", line, "relu"), line.channels, kernel=kernel))

    return body


edge_ops.register("none", lambda b, line: b.add("zero", ops.Zero(), line))
edge_ops.register("skip_connect", lambda b, line: b.add("identity", ops.Identity(), line))
edge_ops.register("nor_conv_1x1", _convolution(1))
edge_ops.register("nor_conv_3x3", _convolution(3))
edge_ops.register("avg_pool_3x3", lambda b, line: b.avg_pool("pool", line, kernel=3, stride=1, padding=1))
