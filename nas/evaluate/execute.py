"""Run one job to its outcome: nothing that a trial does ends the process that runs it.

A trial that runs out of memory is tried again with half of the batch at a time, down to an eighth.
"""

from __future__ import annotations

import errno
import time
from dataclasses import replace

from nas import plugins
from nas.evaluate.context import Context, NotANumber, NotKept, PauseTrial, Report, StopTrial, TimeLimit
from nas.evaluate.evaluators import Evaluator, find
from nas.evaluate.job import Job
from nas.evaluate.memory import is_out_of_memory, make_room
from nas.evaluate.outcome import MAX_REASON, Outcome, bounded, reason_of, traceback_of
from nas.evaluate.threads import threads
from nas.genome import Genome

MAX_BATCH_SCALE = 8
FULL = (errno.ENOSPC, errno.EDQUOT)  # of a disk: no network's fault, wherever an evaluator met it


def run_job(job: Job, report: Report) -> Outcome:
    """Evaluate a job. `report(epoch, metrics)` is called after each epoch and says whether to go on.

    After a crash, the epochs that were trained before it are reported again, from the checkpoint.
    Raises nothing but KeyboardInterrupt and SystemExit: everything else is the outcome's reason.
    """
    return execute(job, report, evaluator=None)


def execute(job: Job, report: Report, *, evaluator: Evaluator | None) -> Outcome:
    """`run_job` with an evaluator of one's own; None: the one that the job names."""
    started = time.monotonic()
    scale = 1
    while True:
        context = Context(job, report, started=started, batch_scale=scale)
        outcome = _attempt(job, context, evaluator)
        if outcome is not None:
            return replace(outcome, seconds=time.monotonic() - started, notes=context.notes)
        make_room()
        scale *= 2


def _attempt(job: Job, context: Context, evaluator: Evaluator | None) -> Outcome | None:
    """One attempt, without its seconds; None: out of memory, and less of the batch at a time may help."""
    try:
        plugins.allow(job.allowed)
        for name in job.imports:
            plugins.module(name)
        evaluate = evaluator or find(job.evaluator)
        genome = Genome.from_dict(job.genome)
        with threads(job.threads):
            metrics = evaluate(genome, context)
        if job.latency is not None and context.ended is None:
            from nas.evaluate.latency import with_latency  # on demand: it loads torch

            metrics = with_latency(metrics, genome, context)
        if context.ended is None:
            return Outcome(status="finished", metrics=context.checked(metrics), seconds=0)
        error: BaseException = context.ended
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as raised:  # not Exception: extensions written in Rust panic with a BaseException
        error = context.ended or raised
    if isinstance(error, StopTrial | PauseTrial):
        status = "stopped" if isinstance(error, StopTrial) else "paused"
        return Outcome(status=status, metrics=context.metrics, seconds=0)
    if isinstance(error, NotKept) or (isinstance(error, OSError) and error.errno in FULL):
        return Outcome(status="interrupted", reason=bounded(str(error), MAX_REASON), metrics=context.metrics, seconds=0)
    if is_out_of_memory(error) and context.adapts and context.batch_scale < MAX_BATCH_SCALE:
        return None
    told = isinstance(error, NotANumber | TimeLimit)
    return Outcome(
        status="failed",
        reason=_reason(error, context),
        metrics=context.metrics,
        traceback="" if told else traceback_of(error),
        seconds=0,
    )


def _reason(error: BaseException, context: Context) -> str:
    if isinstance(error, NotANumber):
        return bounded(f"not a number: {error}", MAX_REASON)
    if isinstance(error, TimeLimit):
        return bounded(f"time limit: {error}", MAX_REASON)
    if is_out_of_memory(error):
        share = f", even with 1/{context.batch_scale} of the batch at a time" if context.adapts else ""
        return bounded(f"out of memory: does not fit{share} ({str(error) or type(error).__name__})", MAX_REASON)
    return reason_of(error)
