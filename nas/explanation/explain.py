"""All analyses of one trained network, as one document of the schema "nas.explain/1"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from nas.edit.blocks import GenomeBlock, blocks
from nas.errors import InputError
from nas.explanation.gradients import Length, Middle, by_length, middle
from nas.explanation.lesion import Deletion, Lesion, each_block, several
from nas.explanation.reorder import Reordering, groups, reordered
from nas.explanation.routes import Routes
from nas.explanation.shares import StageShare, stage_shares
from nas.explanation.subject import Subject
from nas.genome import Genome
from nas.seeds import derive

SCHEMA = "nas.explain/1"


@dataclass(frozen=True)
class Explanation:
    """What was measured. `order_reason` and `paths_reason` say why a part is empty, "" where it is not."""

    error: float
    images: int
    batch: int  # images in the batch that stages are timed with
    draws: int
    seed: int
    device: str
    threads: int
    lesions: list[Lesion]
    deletions: list[Deletion]
    movable: list[list[str]]
    reorderings: list[Reordering]
    order_reason: str
    lengths: list[Length]
    middle: Middle | None
    paths_reason: str
    layers: dict[str, float]
    stages: list[StageShare]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, with means and deviations beside what was drawn."""
        found = asdict(self)
        found["deletions"] = [asdict(each) | {"mean": each.mean, "deviation": each.deviation} for each in self.deletions]
        return found


def explain(subject: Subject, *, draws: int, seed: int, say: Callable[[str], None] = lambda line: None) -> Explanation:
    """Delete blocks, change their order, follow gradients along paths, and time the stages.

    draws: how many times at random, wherever something is drawn. The same seed gives the same numbers, times apart.
    """
    genome, found = subject.genome, blocks(subject.genome)
    say(f"deleting {_counted(len([block for block in found if not block.reason]), 'block')}")
    lesions = each_block(subject, found)
    deletions = several(subject, found, draws=draws, seed=derive(seed, "deletions"))
    say("changing their order")
    movable = groups(genome, found)
    reorderings = reordered(subject, found, draws=draws, seed=derive(seed, "order"))
    say("following gradients along paths")
    lengths, paths_reason = _lengths(subject, draws=draws, seed=derive(seed, "paths"))
    return Explanation(
        error=subject.error(),
        images=subject.images,
        batch=len(subject.batches[0][1]),
        draws=draws,
        seed=seed,
        device=str(subject.device),
        threads=torch.get_num_threads(),
        lesions=lesions,
        deletions=deletions,
        movable=[[block.name for block in group] for group in movable],
        reorderings=reorderings,
        order_reason="" if movable else _why_none(found),
        lengths=lengths,
        middle=middle(lengths),
        paths_reason=paths_reason,
        layers=_layers(genome),
        stages=stage_shares(subject),
    )


def _lengths(subject: Subject, *, draws: int, seed: int) -> tuple[list[Length], str]:
    try:
        routes = Routes(subject.genome)
    except InputError as error:
        return [], f"it is measured in networks of residual or merge-and-run units, and here {error}"
    return by_length(subject, routes, draws=draws, seed=seed), ""


def _why_none(found: Sequence[GenomeBlock]) -> str:
    return "no two of its blocks have one structure" if len(found) > 1 else f"it has {_counted(len(found), 'block')}"


def _layers(genome: Genome) -> dict[str, float]:
    """The lengths of all paths in layers with weights, which are defined for every network."""
    paths = genome.paths
    return {
        "shortest": paths.shortest,
        "longest": paths.longest,
        "mean": paths.mean,
        "deviation": paths.deviation,
        "short_share": paths.short_share,
    }


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
