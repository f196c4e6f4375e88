"""An evaluator for hosts whose links are cut: made-up results, checkpoints as a training keeps them, and one late writer.

LOG=FILE is given a line for each attempt and epoch. The process whose number stands in the file LATE saves its next state only
after a later attempt at its trial has saved one, as a process on a node that was given up may do.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from striking import log

from nas.evaluate import Context
from nas.evaluate.context import NotKept
from nas.genome import Genome

LATE_SECONDS = 300.0  # until it is ended by others


def carry_on(genome: Genome, context: Context) -> dict[str, float]:
    """Errors that add up, so that a state of another attempt, or an epoch that is missing, shows."""
    number, attempt = context.job.number, context.job.attempt
    log(f"begin {number} {attempt} {os.getpid()} {os.readlink('/proc/self/ns/net')}")
    state = context.load() or {"history": []}
    for epoch, error in enumerate(state["history"], start=1):
        context.report(epoch, {"error": error})
    for epoch in range(len(state["history"]) + 1, context.epochs + 1):
        time.sleep(float(os.environ["EPOCH_SECONDS"]))
        error = (genome.params % 97 / 97 + context.seed % 13 / 130) / epoch + sum(state["history"]) / 10
        state = {"history": [*state["history"], error]}
        late = is_late()
        if late:
            wait_for_a_later_attempt(number, attempt)
        try:
            context.save(state)
        except NotKept:
            log(f"refused {number} {attempt} {epoch}")
            raise
        log(f"{'overwrote' if late else 'epoch'} {number} {attempt} {epoch}")
        context.report(epoch, {"error": error})
    return {"error": state["history"][-1]}


def is_late() -> bool:
    late = Path(os.environ["LATE"])
    return late.exists() and late.read_text() == str(os.getpid())


def wait_for_a_later_attempt(number: int, attempt: int) -> None:
    until = time.monotonic() + LATE_SECONDS
    while time.monotonic() < until:
        for line in Path(os.environ["LOG"]).read_text().splitlines():
            words = line.split()
            if words[:2] == ["epoch", str(number)] and int(words[2]) > attempt:
                return
        time.sleep(0.1)
