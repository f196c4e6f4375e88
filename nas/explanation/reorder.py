"""Reordering: blocks of one structure change places, error against how much of the order is left.

Veit et al. 2016, arXiv:1605.06431, section 4.3 (figure 5b). Two blocks change places when their weights do: the genome stays.
How much of the order is left is Kendall's tau of it: 1 as it was, 0 as by chance, -1 turned around (Kendall 1938).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from nas.edit.blocks import GenomeBlock
from nas.explanation.subject import State, Subject, weights_of
from nas.genome import Genome

SWAPS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Reordering:
    """After so many swaps of two blocks: Kendall's tau of the order, and the error."""

    swaps: int
    tau: float
    error: float


def groups(genome: Genome, blocks: Sequence[GenomeBlock]) -> list[list[GenomeBlock]]:
    """The blocks that may change places: of equal operations on lines of equal shape, two or more."""
    alike: dict[object, list[GenomeBlock]] = {}
    for block in blocks:
        alike.setdefault(_structure(genome, block), []).append(block)
    return [group for group in alike.values() if len(group) > 1]


def reordered(subject: Subject, blocks: Sequence[GenomeBlock], *, draws: int, seed: int) -> list[Reordering]:
    """The error in the orders that several draws for each number of swaps give; none where no two blocks may change places."""
    found = groups(subject.genome, blocks)
    pairs = [pair for group in found for pair in combinations(group, 2)]
    places = sorted((block for group in found for block in group), key=blocks.index)
    chance, points = random.Random(seed), []
    seen = {tuple(range(len(places)))}  # as it was; each order is measured once
    for swaps in [number for number in SWAPS if number <= 2 * len(places)]:
        for _ in range(draws):
            ranks = list(range(len(places)))
            for pair in chance.choices(pairs, k=swaps):
                first, second = (places.index(block) for block in pair)
                ranks[first], ranks[second] = ranks[second], ranks[first]
            if tuple(ranks) not in seen:
                seen.add(tuple(ranks))
                state = moved(subject.state, [(places[rank], place) for rank, place in zip(ranks, places, strict=True)])
                points.append(Reordering(swaps, kendall_tau(ranks), subject.error_with(state)))
    return points


def moved(state: State, moves: Sequence[tuple[GenomeBlock, GenomeBlock]]) -> State:
    """The weights where each first block stands in the place of the second."""
    found = dict(state)
    for source, target in moves:
        for mine, theirs in zip(source.function, target.function, strict=True):
            keys = zip(weights_of(state, mine), weights_of(state, theirs), strict=True)
            found.update({place: state[key] for key, place in keys})
    return found


def kendall_tau(ranks: Sequence[int]) -> float:
    """(pairs in order - pairs out of order) / pairs, of ranks that differ; 1 for fewer than two."""
    signs = [1 if first < second else -1 for first, second in combinations(ranks, 2)]
    return sum(signs) / len(signs) if signs else 1.0


def _structure(genome: Genome, block: GenomeBlock) -> object:
    """What its function computes and of which shapes, apart from names."""
    places = {name: place for place, name in enumerate(block.function)}
    nodes = [genome[name] for name in block.function]
    return tuple((node.op, tuple((places.get(source, -1), genome.shapes[source]) for source in node.inputs)) for node in nodes)
