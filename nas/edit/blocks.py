"""The blocks of a genome, and of each the line that passes it by: what may be left out, and why a block may not.

A skip is a join with one input that hands the line on while the others compute something of it: the sum of a residual unit
(He et al. 2016, arXiv:1512.03385) and of a merge-and-run line (Zhao et al. 2017, arXiv:1611.07718), a highway's gate, the
end of a fractal, the concatenation of a dense block. It is found by the wires, whatever the names; names say which nodes
belong to a block: their first two parts, or the first alone where layers or joins stand right under it.
"""

from __future__ import annotations

from dataclasses import dataclass

from nas.genome import Genome, Node, ops
from nas.genome.identity import reaching
from nas.genome.parts import stage_of
from nas.genome.paths import depths

NO_BLOCKS = ("stem", "head")  # stages that every network has, in front of its blocks and behind them


@dataclass(frozen=True)
class Branch:
    """What stands beside the line of a skip: its last node, its nodes, and the nodes that those read."""

    end: str
    nodes: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Skip:
    """A join whose input `line` passes its `branches` by."""

    join: str
    line: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class GenomeBlock:
    """A block with its skips; or one without any, which reads `entry` and is read at `exit` alone.

    `reason` says why it cannot be left out, "" where it can.
    """

    name: str
    nodes: tuple[str, ...]
    skips: tuple[Skip, ...] = ()
    entry: str = ""
    exit: str = ""
    reason: str = ""

    @property
    def function(self) -> tuple[str, ...]:
        """The nodes that go with it: the branches of its skips, or all."""
        return tuple(name for skip in self.skips for branch in skip.branches for name in branch.nodes) or self.nodes


def blocks(genome: Genome) -> tuple[GenomeBlock, ...]:
    """The blocks that the prediction is made from, in their order."""
    found = skips(genome)
    kept = [genome.nodes[place] for place in reaching(genome.wires, genome.output_places()[:1])]
    whole = {stage_of(node.name) for node in kept if node.name.count("/") == 1 and (node.op.weighted or len(node.inputs) > 1)}
    joins = {skip.join: skip for skip in found}
    members: dict[str, list[Node]] = {}
    for node in kept:
        name = _block_of(node.name, whole) or (node.name if node.name in joins else "")
        if name:
            members.setdefault(name, []).append(node)
    made = []
    for name, nodes in members.items():
        names = tuple(node.name for node in nodes)
        mine = tuple(joins[each] for each in names if each in joins)
        if mine:
            made.append(GenomeBlock(name, names, mine))
        elif any(node.op.weighted for node in nodes):
            made.append(_without_skip(genome, name, names))
    return tuple(made)


def skips(genome: Genome) -> tuple[Skip, ...]:
    """The joins at which a line passes branches by; those within a branch of another are left out."""
    depth, above = depths(genome), _ancestors(genome)
    found: list[tuple[int, Skip, int]] = []
    for place in reaching(genome.wires, genome.output_places()[:1]):
        inputs = genome.wires[place]
        line = _line(genome.nodes[place], inputs, depth, above) if len(set(inputs)) > 1 else None
        if line is None:
            continue
        bodies = {end: above[end] & ~above[line] for end in inputs if end != line}
        branches = tuple(_branch(genome, end, body) for end, body in bodies.items())
        inside = 0
        for body in bodies.values():
            inside |= body
        found.append((place, Skip(genome.nodes[place].name, genome.nodes[line].name, branches), inside))
    covered = 0
    for _, _, inside in found:
        covered |= inside
    return tuple(skip for place, skip, _ in found if not covered >> place & 1)


def passes_on(genome: Genome, skip: Skip) -> bool:
    """Whether the line of a skip is the line itself, or a projection of it where the shape changes; else it has layers too."""
    depth = dict(zip((node.name for node in genome.nodes), depths(genome), strict=True))
    source = max((source for branch in skip.branches for source in branch.sources), key=depth.__getitem__)
    changes = genome.shapes[source] != genome.shapes[skip.line]
    return depth[skip.line] - depth[source] <= int(changes)


def _block_of(name: str, whole: set[str]) -> str:
    parts = name.split("/")
    if parts[0] in NO_BLOCKS or len(parts) == 1:
        return ""
    return parts[0] if parts[0] in whole else "/".join(parts[:2]) if len(parts) > 2 else ""


def _ancestors(genome: Genome) -> list[int]:
    """For each node itself and all that it is made from, a bit for each place."""
    above: list[int] = []
    for place, inputs in enumerate(genome.wires):
        found = 1 << place
        for source in inputs:
            found |= above[source]
        above.append(found)
    return above


def _line(node: Node, inputs: tuple[int, ...], depth: list[int], above: list[int]) -> int | None:
    """The input that passes on: what the others are made from, or else the one with the fewest layers; None: there is none."""
    if isinstance(node.op, ops.HighwayGate):
        return inputs[2]
    if not isinstance(node.op, ops.Add | ops.FractalJoin | ops.Concat):
        return None
    first = [each for each in inputs if all(above[other] >> each & 1 for other in inputs)]
    if isinstance(node.op, ops.Concat):  # channels keep their places only where the line's come first
        return inputs[0] if first and first[0] == inputs[0] else None
    fewest = [each for each in inputs if depth[each] == min(depth[other] for other in inputs)]
    return first[0] if first else fewest[0] if len(fewest) == 1 else None


def _branch(genome: Genome, end: int, body: int) -> Branch:
    places = [place for place in range(end + 1) if body >> place & 1]
    sources = {source: None for place in places for source in genome.wires[place] if not body >> source & 1}
    return Branch(
        genome.nodes[end].name,
        tuple(genome.nodes[place].name for place in places),
        tuple(genome.nodes[source].name for source in sources),
    )


def _without_skip(genome: Genome, name: str, nodes: tuple[str, ...]) -> GenomeBlock:
    """A block that no line passes by; it can go where what it takes has the shape of what it puts out."""
    inside = set(nodes)
    wires = [(source, node.name) for node in genome.nodes for source in node.inputs]
    entries = list(dict.fromkeys(source for source, reader in wires if reader in inside and source not in inside))
    exits = list(dict.fromkeys(source for source, reader in wires if source in inside and reader not in inside))
    if len(entries) != 1 or len(exits) != 1:
        reason = f"it takes {len(entries)} lines and puts out {len(exits)}, and none of them passes it by"
        return GenomeBlock(name, nodes, reason=reason)
    taken, given = genome.shapes[entries[0]], genome.shapes[exits[0]]
    reason = "" if taken == given else f"it makes {_size(given)} of {_size(taken)}, and no line passes it by"
    return GenomeBlock(name, nodes, entry=entries[0], exit=exits[0], reason=reason)


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
