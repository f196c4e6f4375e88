"""Evaluators that take no time, for tests of what stands around them."""

from __future__ import annotations

from typing import Any

from optuna.samplers import RandomSampler

from nas.evaluate import Context
from nas.genome import Genome
from nas.strategy import View


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


def failing_in_turn(genome: Genome, context: Context) -> dict[str, float]:
    """Every trial fails, most of them for one reason."""
    if context.job.number == 0:
        raise RuntimeError("the cat is on the keyboard")
    raise RuntimeError(f"the disk is on fire (at {context.job.number} degrees)")


def apprentice(seed: int, view: View) -> RandomSampler:
    """Takes over the choices of the best network of other runs; what they have not chosen is drawn at random."""
    known = [earlier for earlier in view.earlier if earlier.values is not None]
    best = min(known, key=lambda earlier: earlier.values or ()).choices if known else {}

    class Copying(RandomSampler):
        def sample_independent(self, study: Any, trial: Any, name: str, distribution: Any) -> Any:
            drawn = super().sample_independent(study, trial, name, distribution)
            return best.get(name, drawn)

    return Copying(seed=seed)


def by_seed(genome: Genome, context: Context) -> dict[str, float]:
    """A deeper network is worse by a hundredth a layer, and chance is worth one at most."""
    metrics = {"error": genome.depth / 100 + (context.seed + 7919 * genome.params) % 1000 / 100_000}
    context.report(context.epochs, metrics)
    return metrics


def interrupted_by_seed(genome: Genome, context: Context) -> dict[str, float]:
    """The person presses Ctrl-C in the third trial."""
    if context.job.number == 2:
        raise KeyboardInterrupt
    return by_seed(genome, context)
