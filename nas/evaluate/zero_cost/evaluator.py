"""The evaluator "zero-cost": every known score of a genome, on one batch of the training part; nothing is trained.

All trials of a search see the same images, `train.batch` of them; the weights are those of the trial's seed. Objectives
name a score and that more of it is better: `{metric: synflow, direction: maximize}`.
"""

from __future__ import annotations

from nas.evaluate.context import Context
from nas.evaluate.zero_cost.compute import known, score
from nas.genome import Genome

LEAST = 4  # images asked for at least: batches differ in size by one, and one image alone has no statistics


def zero_cost(genome: Genome, context: Context) -> dict[str, float]:
    """The scores by name; higher is better. Nothing is reported, as there are no epochs."""
    from nas.data.batches import Batches  # on demand: it loads torch, which a plan of a search does without

    batch = max(context.train.batch, LEAST)
    batches = Batches(context.dataset, "train", batch=batch, device=context.device, seed=0)
    images, labels = next(batches.epoch(1))
    return score(genome, known(), images, labels, context.seed)
