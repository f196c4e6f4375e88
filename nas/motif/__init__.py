"""How genomes are composed: blocks, connectivities, and whole networks of stages."""

from nas.motif import (  # noqa: F401  (registers the blocks and connectivities)
    asymmetric,
    basic,
    fire,
    fractal,
    fused,
    highway,
    inception,
    inception_resnet,
    multi_residual,
    resnext,
    separable,
    shuffle,
)
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
