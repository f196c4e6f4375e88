"""An evaluator without training: results follow from the genome and the seed, and some trials do what trials do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from nas.evaluate import Context
from nas.genome import Genome


def quick(genome: Genome, context: Context) -> dict[str, float]:
    """A made-up learning curve."""
    error = 1.0
    for epoch in range(1, context.epochs + 1):
        error = (genome.params % 97 / 97 + context.seed % 13 / 130) * (2 - epoch / context.epochs) / 2
        context.report(epoch, {"error": error})
    return {"error": error}


def troubled(genome: Genome, context: Context) -> dict[str, float]:
    """Trial 1 raises, trial 2 kills its process once, trial 4 whenever it is tried, trial 5 gives back no result."""
    number = context.job.number
    mark = Path(context.job.checkpoints).parent / f"killed{number}"
    if number == 1:
        raise RuntimeError("as planned")
    if number == 4 or (number == 2 and not mark.exists()):
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 5:
        return {"error": float("nan")}
    return quick(genome, context)


def slow(genome: Genome, context: Context) -> dict[str, float]:
    """Half a second an epoch, and a line in a file for each trial that comes to its end."""
    for epoch in range(1, context.epochs + 1):
        time.sleep(0.5)
        context.report(epoch, {"error": 1 / epoch})
    with open(os.environ["MADE_UP_LOG"], "a") as log:
        log.write(f"{context.job.number}\n")
    return quick(genome, context)


def trivial(genome: Genome, context: Context) -> dict[str, float]:
    """Nothing but a result."""
    return {"error": genome.params % 97 / 97}


def dies_at_last(genome: Genome, context: Context) -> dict[str, float]:
    """Trials that come to their last leg kill their process there."""
    if context.job.until is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(genome, context)
