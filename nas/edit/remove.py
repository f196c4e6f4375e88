"""Leave blocks out of a genome: the line of each passes on (Veit et al. 2016, arXiv:1605.06431, section 4.1).

What goes with a block depends on how it is connected:

- residual, multi-residual, merge-and-run: its functions; the line, its projection, or the mean of both lines passes on
- highway: both the block and its gate; the line passes on
- fractal, deeply fused, cells: all columns, base networks or edges but the one with the fewest layers, which stays alone
- dense: its new channels; they are zero, so that all that reads them keeps its weights
- plain, Inception: all of it; what follows reads what the block read, where both have one shape
"""

from __future__ import annotations

from collections.abc import Iterable

from nas.edit.blocks import GenomeBlock, passes_on
from nas.edit.draft import Draft
from nas.errors import GenomeError
from nas.genome import Genome, Node, ops


def remove(genome: Genome, blocks: Iterable[GenomeBlock]) -> Genome:
    """The genome without these of its blocks (`nas.edit.blocks`); the nodes that stay keep their names.

    Raises `GenomeError` for a block that cannot be left out.
    """
    draft = Draft(genome)
    order = {node.name: place for place, node in enumerate(genome.nodes)}
    # From the last to the first: what a block is replaced by may be the end of another one that goes.
    for block in sorted(blocks, key=lambda block: -order[block.nodes[0]]):
        if block.reason:
            raise GenomeError(f"'{block.name}' cannot be left out: {block.reason}")
        for skip in block.skips:
            draft.nodes[skip.join] = Node(skip.join, _passing_on(genome, skip.join), (skip.line,))
        if not block.skips:
            draft.redirect(block.exit, block.entry, readers=draft.readers(block.exit))
    return draft.genome()


def meaning(genome: Genome, block: GenomeBlock) -> str:
    """What is left where a block is removed, in words."""
    if not block.skips:
        return "what follows reads what it read"
    skip = block.skips[0]
    if isinstance(genome[skip.join].op, ops.Add) and not passes_on(genome, skip):
        return "its part of fewest layers stays"
    return {
        ops.Add: "its line passes on",
        ops.Concat: "its channels are zero",
        ops.HighwayGate: "its gate lets the line pass",
        ops.FractalJoin: "its shallowest column stays",
    }[type(genome[skip.join].op)]


def _passing_on(genome: Genome, join: str) -> ops.Identity | ops.PadChannels:
    """What a join becomes when it has only its line."""
    return ops.PadChannels(genome.shapes[join][0]) if isinstance(genome[join].op, ops.Concat) else ops.Identity()
