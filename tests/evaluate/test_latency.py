"""The objective latency_ms, measured by the trial at its end."""

from __future__ import annotations

import fcntl
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from nas.evaluate import evaluators, run_job, train_final
from nas.evaluate import latency as measuring
from nas.stopwatch import Timing

ONE = {"batch": 1, "threads": None, "table": None}


@pytest.fixture
def instant() -> str:
    """An evaluator that trains nothing."""
    if "latency-instant" not in evaluators:
        evaluators.register("latency-instant", lambda genome, context: {"error": 0.25})
    return "latency-instant"


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """What was timed: the answer of a pass and the threads; each takes 3 ms at best, and 4 in the middle."""
    seen: list[SimpleNamespace] = []

    def timed(passes, *, device, seconds):
        seen.extend(SimpleNamespace(answer=once(), threads=torch.get_num_threads(), device=device) for once in passes)
        return [Timing(4.0, 1.0, 2.5, 3.0, 50, True) for _ in passes]

    monkeypatch.setattr(measuring, "timed", timed)
    return seen


def test_a_trial_that_is_asked_for_it_measures_its_latency_behind_its_training(make_job, run, watched):
    outcome = run(replace(make_job(epochs=1), latency=ONE))
    assert outcome.metrics["latency_ms"] == 3.0  # the median of the quietest round
    assert 0 <= outcome.metrics["error"] <= 1
    assert [each.answer.shape for each in watched] == [(1, 3)]


def test_a_trial_that_is_not_asked_for_it_measures_none(make_job, run, watched, instant):
    assert run(make_job(evaluator=instant)).metrics == {"error": 0.25} and not watched


def test_batch_and_threads_are_those_of_the_settings_and_else_those_of_the_trial(make_job, run, watched, instant):
    before = torch.get_num_threads()
    run(replace(make_job(evaluator=instant), latency=ONE | {"batch": 5, "threads": 2}))
    run(replace(make_job(evaluator=instant), latency=ONE, threads=3))
    assert [(len(each.answer), each.threads) for each in watched] == [(5, 2), (1, 3)]
    assert torch.get_num_threads() == before


def test_an_evaluator_that_measured_its_own_is_believed(make_job, run, watched):
    name = "latency-of-my-phone"
    if name not in evaluators:
        evaluators.register(name, lambda genome, context: {"error": 0.5, "latency_ms": 12.0})
    assert run(replace(make_job(evaluator=name), latency=ONE)).metrics["latency_ms"] == 12.0 and not watched


def test_a_final_training_measures_no_latency(make_job, watched):
    outcome = train_final(replace(make_job(epochs=1), latency=ONE))
    assert outcome.status == "finished" and "latency_ms" not in outcome.metrics and not watched


def test_a_trial_waits_while_another_of_this_machine_measures(make_job, watched, instant):
    job = replace(make_job(evaluator=instant), latency=ONE)
    cache = Path(job.cache)
    cache.mkdir(exist_ok=True)
    with open(cache / measuring.LOCK, "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        trial = threading.Thread(target=lambda: run_job(job, lambda epoch, metrics: True))
        trial.start()
        trial.join(0.5)
        assert trial.is_alive() and not watched
    trial.join(60)
    assert not trial.is_alive() and len(watched) == 1


def test_a_network_of_a_thousand_times_the_macs_takes_longer(make_job, run, small, instant):
    """Really timed: on any machine, however busy, 75 million macs take longer than 60 thousand."""
    wide, narrow = small(width=512, shape=(16, 32, 32)), small(width=4, shape=(1, 16, 16))
    assert wide.macs > 1000 * narrow.macs
    taken = [run(replace(make_job(genome, evaluator=instant), latency=ONE)).metrics["latency_ms"] for genome in (wide, narrow)]
    assert taken[0] > taken[1] > 0
