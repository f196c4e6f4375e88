"""Paths from the input to the prediction: the longest, and exactly how many there are of each length.

A genome's paths are counted, never listed: one pass adds, at each node, the counts of its inputs (Veit et al. 2016,
arXiv:1605.06431, section 3 look at a residual network this way). Counts are whole numbers of any size. Those of one node
are the digits of a single integer (the substitution of Kronecker 1882), so lines meet in one addition.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nas.genome.identity import reaching

if TYPE_CHECKING:
    from nas.genome.genome import Genome
    from nas.genome.node import Node

PACKED = 1 << 24  # bits of the largest integer that holds the counts of a node; past it, a dictionary does
SHORT = 3


@dataclass(frozen=True)
class PathLengths:
    """How many paths have each length (`counts`, shortest first), and what follows from it.

    Numbers of paths are exact; means and shares are worked out in whole numbers and rounded once, at the end.
    """

    counts: Mapping[int, int]

    @cached_property
    def number(self) -> int:
        """All paths."""
        return sum(self.counts.values())

    @property
    def shortest(self) -> int:
        return min(self.counts)

    @property
    def longest(self) -> int:
        return max(self.counts)

    @cached_property
    def mean(self) -> float:
        return sum(length * count for length, count in self.counts.items()) / self.number

    @cached_property
    def deviation(self) -> float:
        """The standard deviation of the length over all paths."""
        first = sum(length * count for length, count in self.counts.items())
        second = sum(length * length * count for length, count in self.counts.items())
        return math.sqrt((second * self.number - first * first) / (self.number * self.number))

    @property
    def modes(self) -> tuple[int, ...]:
        """The lengths that most paths have."""
        most = max(self.counts.values())
        return tuple(length for length, count in self.counts.items() if count == most)

    def share(self, low: float = -math.inf, high: float = math.inf) -> float:
        """The share of the paths with low <= length <= high, from 0 to 1."""
        return sum(count for length, count in self.counts.items() if low <= length <= high) / self.number

    @property
    def short(self) -> int:
        """The length up to which a path is short: a third of the longest.

        In the 110-layer network of Veit et al. 2016, section 4.3, nearly all of the gradient comes along paths through 5 to
        17 of the 54 blocks, which are 0.45 % of all. A third is 36 layers there: 17 blocks of two, stem and classifier.
        """
        return self.longest // SHORT

    @property
    def short_share(self) -> float:
        """The share of the short paths, from 0 to 1."""
        return self.share(high=self.short)


def depths(genome: Genome) -> list[int]:
    """For each node the weighted layers on the longest path to it, its own included."""
    found: list[int] = []
    for node, inputs in zip(genome.nodes, genome.wires, strict=True):
        if len(inputs) == 1:
            before = found[inputs[0]]
        else:
            before = max([found[i] for i in inputs], default=0)
        found.append(before + 1 if node.op.weighted else before)
    return found


def longest(genome: Genome) -> int:
    """Weighted layers on the longest path to the prediction."""
    return depths(genome)[genome.output_places()[0]]


def lengths(genome: Genome, length: Callable[[Node], int] | None = None) -> dict[int, int]:
    """The number of paths of each length to the first output, shortest first."""
    measure = length or (lambda node: int(node.op.weighted))
    number, low, high = _through(genome, measure, _bounds)
    # A count is never larger than the number of all paths to the prediction, so no digit spills into the next.
    size = number.bit_length() // 8 + 1
    if (high - low + 1) * size * 8 > PACKED:
        shift, counts = _through(genome, measure, _sparse)
        return {shift + at: counts[at] for at in sorted(counts)}
    _, digits = _through(genome, measure, lambda lines, step: _packed(lines, step, 8 * size))
    text = digits.to_bytes((high - low + 1) * size, "little")
    found = ((low + at // size, int.from_bytes(text[at : at + size], "little")) for at in range(0, len(text), size))
    return {at: count for at, count in found if count}


def _through(genome: Genome, measure: Callable[[Node], int], join: Callable[[list[Any], int], Any]) -> Any:
    """What `join` makes, node by node, of the inputs' values and the node's own length, at the prediction.

    A value is dropped once its last reader has it: those of a deep network would fill the memory.
    """
    target = genome.output_places()[0]
    kept = reaching(genome.wires, [target])
    last = {source: place for place in kept for source in genome.wires[place]}
    values: dict[int, Any] = {}
    for place in kept:
        inputs = genome.wires[place]
        values[place] = join([values[source] for source in inputs], measure(genome.nodes[place]))
        for source in set(inputs):
            if last[source] == place:
                del values[source]
    return values[target]


def _bounds(lines: list[tuple[int, int, int]], step: int) -> tuple[int, int, int]:
    """How many paths, the shortest and the longest."""
    if not lines:
        return 1, step, step
    return sum(n for n, _, _ in lines), min(low for _, low, _ in lines) + step, max(high for _, _, high in lines) + step


def _packed(lines: list[tuple[int, int]], step: int, bits: int) -> tuple[int, int]:
    """The shortest length, and the counts from it on as digits of `bits` bits."""
    if len(lines) <= 1:
        low, digits = lines[0] if lines else (0, 1)
        return low + step, digits
    least = min(low for low, _ in lines)
    return least + step, sum(digits << bits * (low - least) for low, digits in lines)


def _sparse(lines: list[tuple[int, dict[int, int]]], step: int) -> tuple[int, dict[int, int]]:
    """What is to be added to the lengths, and the counts: for lengths that lie far apart."""
    if len(lines) <= 1:
        shift, counts = lines[0] if lines else (0, {0: 1})
        return shift + step, counts
    total: dict[int, int] = {}
    for shift, counts in lines:
        for at, count in counts.items():
            total[shift + at] = total.get(shift + at, 0) + count
    return step, total
