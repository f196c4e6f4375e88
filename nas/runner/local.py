"""The local runner: this process, one trial after another."""

from __future__ import annotations

from nas.errors import SearchError
from nas.evaluate import run_job
from nas.runner.plan import Plan
from nas.study import Run, Search


def run(search: Search, run: Run, plan: Plan) -> None:
    """Train every trial that the search asks for, until it is over."""
    while True:
        trial = search.ask()
        if trial is None:
            break
        job = run.job(trial, device=plan.device, time_limit_seconds=plan.time_limit_seconds)
        outcome = run_job(job, lambda epoch, metrics, number=trial.number: search.report(number, epoch, metrics))
        search.tell(trial.number, outcome)
    if not search.over:
        raise SearchError("the search waits for trials that nobody runs")
