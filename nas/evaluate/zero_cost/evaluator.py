"""The evaluator "zero-cost": every known score of a genome, on one batch of the training part; nothing is trained.

All trials of a search see the same images, `train.batch` of them but at most 64; the weights are those of the trial's seed.
Objectives name a score and that more of it is better: `{metric: synflow, direction: maximize}`.
"""

from __future__ import annotations

from nas.evaluate.context import Context
from nas.evaluate.zero_cost.compute import known, score
from nas.evaluate.zero_cost.images import one_batch
from nas.genome import Genome


def zero_cost(genome: Genome, context: Context) -> dict[str, float]:
    """The scores by name; higher is better. Nothing is reported, as there are no epochs."""
    images, labels = one_batch(context.dataset, batch=context.train.batch, device=context.device)
    return score(genome, known(), images, labels, context.seed)
