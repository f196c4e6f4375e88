"""Evaluators that take no time, for tests of what stands around them."""

from __future__ import annotations

from nas.evaluate import Context
from nas.genome import Genome


def by_cost(genome: Genome, context: Context) -> dict[str, float]:
    """An error that falls with the params of the network."""
    metrics = {"error": 1 / (1 + genome.params)}
    for epoch in range(1, context.epochs + 1):
        context.report(epoch, metrics)
    return metrics


def interrupted(genome: Genome, context: Context) -> dict[str, float]:
    """The person presses Ctrl-C in the third trial."""
    if context.job.number == 2:
        raise KeyboardInterrupt
    return by_cost(genome, context)


def failing(genome: Genome, context: Context) -> dict[str, float]:
    """Every trial fails."""
    raise RuntimeError("the disk is on fire")
