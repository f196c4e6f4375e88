"""How genomes are composed: blocks, connectivities, and whole networks of stages."""

from nas.motif import basic, inception  # noqa: F401  (registers the blocks)
from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.builder import Builder, Line
from nas.motif.connectivity import Connectivity, Step, connectivities
from nas.motif.staged import Cost, Stage, Staged, Stem, compose, measure

__all__ = [
    "Block",
    "BlockOptions",
    "Builder",
    "Connectivity",
    "Cost",
    "Line",
    "Stage",
    "Staged",
    "Stem",
    "Step",
    "blocks",
    "compose",
    "connectivities",
    "measure",
]
