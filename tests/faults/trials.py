"""Evaluators without training, for searches that are broken off: what they give follows from genome and seed.

Each leg of a trial is written down when it begins and when it ends, in a file outside of the run that is only ever
appended to: a witness that no part of the search writes or reads.
"""

from __future__ import annotations

import os
import time
from typing import Any

from nas.evaluate import Context
from nas.genome import Genome

WITNESS = "FAULTS_WITNESS"  # the file's path
PACE = "FAULTS_PACE"  # seconds of an epoch


def quick(genome: Genome, context: Context) -> dict[str, float]:
    """A made-up learning curve; it takes the time that `PACE` says."""
    witness("begin", context)
    pace, error = float(os.environ.get(PACE, "0")), 1.0
    for epoch in range(1, context.epochs + 1):
        if pace:
            time.sleep(pace)
        error = error_of(genome, context, epoch)
        if epoch == (context.job.until or context.epochs):
            witness("end", context)  # before it reports: that may raise what ends this leg
        context.report(epoch, {"error": error})
    return {"error": error}


def saving(genome: Genome, context: Context) -> dict[str, float]:
    """The same, with a checkpoint after each epoch, from which it goes on; errors add up, so a lost epoch shows."""
    import torch

    witness("begin", context)
    state: dict[str, Any] = context.load() or {"history": [], "sum": torch.zeros(2000)}
    for epoch, error in enumerate(state["history"], start=1):  # a kill may have come between saving and reporting
        context.report(epoch, {"error": error})
    for epoch in range(len(state["history"]) + 1, context.epochs + 1):
        total = state["sum"] + error_of(genome, context, epoch)
        state = {"history": [*state["history"], float(total.mean())], "sum": total}
        context.save(state)
        witness(f"epoch:{epoch}", context)
        context.report(epoch, {"error": state["history"][-1]})
    witness("end", context)
    return {"error": state["history"][-1]}


def raising(genome: Genome, context: Context) -> dict[str, float]:
    """Trials 0, 1 and 2 raise in their first, middle and last epoch; 3, 4 and 5 measure NaN there."""
    number, last = context.job.number, context.epochs
    bad = (1, (last + 1) // 2, last)[number % 3] if number < 6 else None
    metrics: dict[str, float] = {}
    for epoch in range(1, last + 1):
        if epoch == bad and number < 3:
            raise ArithmeticError(f"in epoch {epoch}")
        metrics = {"error": float("nan") if epoch == bad else error_of(genome, context, epoch)}
        context.report(epoch, metrics)
    return metrics


def error_of(genome: Genome, context: Context, epoch: int) -> float:
    """Another one for each network and seed; it falls with the epochs."""
    return (genome.params % 97 / 97 + context.seed % 13 / 130 + genome.depth / 50) * (2 - epoch / context.epochs) / 2


def witness(what: str, context: Context) -> None:
    """One line, in one write."""
    line = f"{what} {context.job.number} {context.job.until} {os.getpid()}\n"
    file = os.open(os.environ[WITNESS], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)
