"""The width of a network: channels that run side by side at one depth.

A block of k parallel lines of c channels is k * c wide. Two things do not widen: a shortcut with weights, because it is
added to a deeper line, and the scores of the classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nas.genome.identity import reaching
from nas.genome.layers import Input
from nas.genome.merges import Concat
from nas.genome.paths import depths

if TYPE_CHECKING:
    from nas.genome.genome import Genome


def widest(genome: Genome) -> int:
    """The most channels side by side; features where there are no convolutions.

    At each depth there are the lines that its weighted layers put out, and the lines that the next ones take, after sums
    and concatenations; the wider of the two counts.
    """
    return _widest(genome, images=True) or _widest(genome, images=False) or genome.input_shape[0]


def _widest(genome: Genome, *, images: bool) -> int:
    depth, origin = depths(genome), _origins(genome)
    taken, leads_on = _uses(genome, depth, origin)
    put_out: dict[int, int] = {}
    carried: dict[int, int] = {}
    for place, node in enumerate(genome.nodes):
        shape = genome.facts(node.name).shape
        if origin[place] != place or isinstance(node.op, Input) or (len(shape) == 3) is not images:
            continue
        if node.op.weighted and place in leads_on:
            put_out[depth[place]] = put_out.get(depth[place], 0) + shape[0]
        if place in taken:
            carried[depth[place]] = carried.get(depth[place], 0) + shape[0]
    return max([*put_out.values(), *carried.values()], default=0)


def _origins(genome: Genome) -> list[int]:
    """For each node the layer or join whose line it carries on: itself, if it is one."""
    origin: list[int] = []
    for place, (node, inputs) in enumerate(zip(genome.nodes, genome.wires, strict=True)):
        origin.append(origin[inputs[0]] if len(inputs) == 1 and not node.op.weighted else place)
    return origin


def _uses(genome: Genome, depth: list[int], origin: list[int]) -> tuple[set[int], set[int]]:
    """The lines that weighted layers take, and those that lead on to one without being added to a deeper line."""
    taken: set[int] = set()
    leads_on: set[int] = set()
    for place in reversed(reaching(genome.wires, genome.output_places()[:1])):
        if origin[place] != place:
            continue
        op, sources = genome.nodes[place].op, {origin[source] for source in genome.wires[place]}
        if op.weighted:
            taken |= sources
            leads_on |= sources
        elif place in leads_on:
            leads_on |= {source for source in sources if isinstance(op, Concat) or depth[source] == depth[place]}
    return taken, leads_on
