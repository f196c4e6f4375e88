"""Lesions: the error without each block, and without k blocks that are drawn at random.

Veit et al. 2016, arXiv:1605.06431, sections 4.1 and 4.2 (figures 3 and 5a). Weights and statistics of what stays are those of the
whole network; nothing is trained again. A block goes as `nas.edit.remove` says.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from nas.edit.blocks import GenomeBlock
from nas.edit.remove import meaning, remove
from nas.explanation.subject import Subject

COUNTS = 8  # different numbers of blocks that are deleted at once


@dataclass(frozen=True)
class Lesion:
    """One block: what it costs, the error without it, and what is left in its place; or why it cannot be deleted."""

    block: str
    params: int
    macs: int
    error: float | None
    meaning: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Deletion:
    """So many blocks deleted at once: the error of each draw."""

    blocks: int
    errors: list[float]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.errors)

    @property
    def deviation(self) -> float:
        return statistics.pstdev(self.errors)


def each_block(subject: Subject, blocks: Sequence[GenomeBlock]) -> list[Lesion]:
    """The error without each block by itself."""
    genome, found = subject.genome, []
    for block in blocks:
        facts = [genome.facts(name) for name in block.function]
        params, macs = sum(fact.params for fact in facts), sum(fact.macs for fact in facts)
        if block.reason:
            found.append(Lesion(block.name, params, macs, None, reason=block.reason))
        else:
            found.append(Lesion(block.name, params, macs, subject.error(remove(genome, [block])), meaning(genome, block)))
    return found


def several(subject: Subject, blocks: Sequence[GenomeBlock], *, draws: int, seed: int) -> list[Deletion]:
    """The error without 1, 2 and so on up to all blocks that can be deleted, each so many times at random."""
    able = [block for block in blocks if not block.reason]
    chance = random.Random(seed)
    found = []
    for count in spread(len(able), COUNTS):
        drawn = 1 if count == len(able) else draws  # there is one way to delete all
        errors = [subject.error(remove(subject.genome, chance.sample(able, count))) for _ in range(drawn)]
        found.append(Deletion(count, errors))
    return found


def spread(most: int, number: int) -> list[int]:
    """At most so many whole numbers from 1 to `most`, both included, as even as can be.

    >>> spread(3, 8), spread(54, 5)
    ([1, 2, 3], [1, 14, 28, 41, 54])
    """
    if most <= number:
        return list(range(1, most + 1))
    return [round(1 + (most - 1) * step / (number - 1)) for step in range(number)]
