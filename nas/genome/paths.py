"""Paths from the input to the prediction: the longest, and exactly how many there are of each length.

A genome's paths are counted, never listed: one pass adds, at each node, the counts of its inputs (Veit et al. 2016,
arXiv:1605.06431, section 3 look at a residual network this way). Counts are whole numbers of any size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nas.genome.genome import Genome
    from nas.genome.node import Node


def longest(genome: Genome) -> int:
    """Weighted layers on the longest path."""
    depths: list[int] = []
    for node, inputs in zip(genome.nodes, genome.wires, strict=True):
        if len(inputs) == 1:
            before = depths[inputs[0]]
        else:
            before = max([depths[i] for i in inputs], default=0)
        depths.append(before + 1 if node.op.weighted else before)
    return depths[genome.output_places()[0]]


def lengths(genome: Genome, length: Callable[[Node], int] | None) -> dict[int, int]:
    """The number of paths of each length to the first output, shortest first."""
    measure = length or (lambda node: int(node.op.weighted))
    counts: list[Counter[int]] = []
    for node, inputs in zip(genome.nodes, genome.wires, strict=True):
        step = measure(node)
        total: Counter[int] = Counter()
        for source in inputs:
            for so_far, number in counts[source].items():
                total[so_far + step] += number
        counts.append(total if inputs else Counter({step: 1}))
    return dict(sorted(counts[genome.output_places()[0]].items()))
