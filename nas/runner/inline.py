"""The inline runner: one trial after another, in this process. A debugger sees them, and a crash of one ends the search."""

from __future__ import annotations

from nas.evaluate import run_job
from nas.runner.dispatch import Dispatch


def run(dispatch: Dispatch) -> None:
    """Train every trial that the search asks for, until it is over."""
    while (job := dispatch.next()) is not None:
        number = job.number
        outcome = run_job(job, lambda epoch, metrics, number=number: dispatch.report(number, epoch, metrics))
        dispatch.ended(number, outcome)
