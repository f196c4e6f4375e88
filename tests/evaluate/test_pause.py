"""A job with `until`: the attempt ends there, and a later one goes on."""

from __future__ import annotations

from nas.evaluate import Context, Job, PauseTrial
from nas.evaluate.execute import execute
from nas.genome import Genome
from nas.zoo import lenet5

GENOME = lenet5().to_dict()


def job(tmp_path, **changes) -> Job:
    return Job(number=0, genome=GENOME, seed=0, epochs=6, cache="", checkpoints=str(tmp_path), **changes)


def reporting(*epochs: int):
    """An evaluator that reports after these epochs."""

    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        for epoch in epochs:
            context.report(epoch, {"error": 1 / epoch})
        return {"error": 0.0}

    return evaluate


def test_a_job_pauses_after_the_epoch_that_it_names_with_what_was_reported_last(tmp_path):
    told = []
    outcome = execute(job(tmp_path, until=2), lambda e, m: told.append(e) is None, evaluator=reporting(1, 2, 3, 4, 5, 6))
    assert (outcome.status, outcome.metrics, outcome.reason, told) == ("paused", {"error": 0.5}, "", [1, 2])


def test_it_pauses_at_the_next_report_where_that_epoch_is_not_reported(tmp_path):
    outcome = execute(job(tmp_path, until=2), lambda e, m: True, evaluator=reporting(1, 4, 6))
    assert (outcome.status, outcome.metrics) == ("paused", {"error": 0.25})


def test_it_is_finished_where_nothing_is_reported_before_the_last_epoch(tmp_path):
    outcome = execute(job(tmp_path, until=2), lambda e, m: True, evaluator=reporting(1, 6))
    assert (outcome.status, outcome.metrics) == ("finished", {"error": 0.0})


def test_a_no_at_the_rung_ends_the_trial_and_does_not_pause_it(tmp_path):
    outcome = execute(job(tmp_path, until=2), lambda e, m: e < 2, evaluator=reporting(1, 2, 3))
    assert outcome.status == "stopped"


def test_an_evaluator_that_swallows_the_pause_has_paused(tmp_path):
    def swallow(genome: Genome, context: Context) -> dict[str, float]:
        try:
            context.report(2, {"error": 0.5})
        except PauseTrial:
            return {"error": 0.0}
        return {"error": 1.0}

    assert execute(job(tmp_path, until=2), lambda e, m: True, evaluator=swallow).status == "paused"
