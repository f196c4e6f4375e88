"""A worker's process: kept from trial to trial, watched from outside, replaced when it is gone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nas.evaluate import Job, Outcome
from nas.genome import Genome, Node, ops
from nas.runner.plan import Limits
from nas.runner.worker import Death, Report, Worker

GENOME = Genome([Node("x", ops.Input((1, 8, 8)), ()), Node("output", ops.Output(), ("x",))]).to_dict()


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(Limits()) as found:
        yield found


def job(tmp_path: Path, evaluator: str, **fields: object) -> Job:
    name = f"at_work:{evaluator}"
    common = {"number": 0, "genome": GENOME, "seed": 1, "epochs": 2, "cache": str(tmp_path), "checkpoints": str(tmp_path / "0")}
    return Job(**common | {"evaluator": name, "allowed": [name], **fields})  # type: ignore[arg-type]


def process_of(result: Outcome | Death) -> float:
    assert isinstance(result, Outcome), result
    return result.metrics["process"]


def gone(process: float) -> bool:
    """Whether it has ended, within a second."""
    path = Path(f"/proc/{int(process)}/stat")
    for _ in range(20):
        if not path.exists() or path.read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_one_process_runs_one_trial_after_another_and_it_is_not_this_one(worker: Worker, tmp_path):
    first, second = (process_of(worker.run(job(tmp_path, "here"), lambda *_: True)) for _ in range(2))
    assert first == second != os.getpid()


def test_what_a_trial_prints_is_no_output_of_the_command(worker: Worker, tmp_path, capfd, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # else a buffer that is lost with the process would not be seen
    worker.run(job(tmp_path, "here"), lambda *_: True)
    told = capfd.readouterr()
    assert told.out == ""
    assert "what a trial prints" in told.err


def test_a_trial_ends_where_its_report_is_answered_with_no(worker: Worker, tmp_path):
    reports = []
    outcome = worker.run(job(tmp_path, "here"), lambda epoch, metrics: bool(reports.append(epoch)))
    assert isinstance(outcome, Outcome) and outcome.status == "stopped"
    assert reports == [1]


def test_a_trial_that_is_dropped_leaves_its_process_for_the_next_one(worker: Worker, tmp_path):
    worker.begin(job(tmp_path, "here"))
    said = worker.next()
    assert isinstance(said, Report)
    worker.drop()
    assert process_of(worker.run(job(tmp_path, "here"), lambda *_: True)) == said.metrics["process"]


def test_the_process_ends_with_its_worker(tmp_path):
    with Worker(Limits()) as worker:
        process = process_of(worker.run(job(tmp_path, "here"), lambda *_: True))
        assert os.path.exists(f"/proc/{int(process)}")
    assert gone(process)


def test_a_process_that_ran_out_of_memory_is_replaced(tmp_path):
    with Worker(Limits(memory_bytes=600_000_000)) as worker:
        full = worker.run(job(tmp_path, "fills_memory"), lambda *_: True)
        assert isinstance(full, Outcome) and full.reason.startswith("out of memory")
        assert process_of(worker.run(job(tmp_path, "here"), lambda *_: True)) != full.metrics["process"]


def test_a_death_is_seen_though_a_process_of_the_trials_holds_the_line(worker: Worker, tmp_path):
    other = []
    began = time.monotonic()
    result = worker.run(job(tmp_path, "starts_another"), lambda _, metrics: not other.append(metrics["process"]))
    assert result == Death("error: its process ended with status 1")
    assert time.monotonic() - began < 30
    assert gone(other[0])


def test_a_trial_that_leaves_ends_its_process_and_no_other(worker: Worker, tmp_path):
    assert worker.run(job(tmp_path, "leaves"), lambda *_: True) == Death("error: its process ended with status 1")
    assert process_of(worker.run(job(tmp_path, "here"), lambda *_: True))


def test_a_trial_that_reports_too_seldom_is_ended(tmp_path):
    with Worker(Limits(silence_seconds=0.0)) as worker:
        outcome = worker.run(job(tmp_path, "sleeps"), lambda *_: True)
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.reason) == ("failed", "time limit: no report for 0 minutes")
