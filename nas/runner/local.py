"""The local runner: one trial after another, in a worker of its own, so that no trial takes the search with it."""

from __future__ import annotations

from nas.runner.dispatch import Dispatch
from nas.runner.worker import Worker


def run(dispatch: Dispatch) -> None:
    """Train every trial that the search asks for, until it is over."""
    with Worker(dispatch.plan.limits) as worker:
        while (job := dispatch.next()) is not None:
            number = job.number
            result = worker.run(job, lambda epoch, metrics, number=number: dispatch.report(number, epoch, metrics))
            dispatch.ended(number, result)
