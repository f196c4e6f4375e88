"""How trials end: every way that one can go wrong is an outcome with its reason."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from nas.evaluate import Context, Job, Outcome, StopTrial, run_job
from nas.evaluate.execute import execute
from nas.genome import Genome

Evaluate = Callable[[Genome, Context], object]


def ended(job: Job, evaluate: Evaluate, *, answer: bool = True) -> Outcome:
    return execute(job, lambda epoch, metrics: answer, evaluator=evaluate)  # type: ignore[arg-type]


def test_what_an_evaluator_gives_back_is_the_outcome(make_job: Callable[..., Job]) -> None:
    outcome = ended(make_job(), lambda genome, context: {"error": np.float32(0.5), "params": genome.params})
    assert (outcome.status, outcome.reason) == ("finished", "")
    assert outcome.metrics == {"error": 0.5, "params": 36 + 8 + 15}


@pytest.mark.parametrize("value", [None, {}, [], 0.5, {"error": None}, {"error": "0.5"}, {"error": [1]}, {1: 0.5}], ids=repr)
def test_what_is_no_metrics_is_a_failure_that_shows_it(make_job: Callable[..., Job], value: object) -> None:
    outcome = ended(make_job(), lambda genome, context: value)
    assert outcome.status == "failed"
    assert outcome.reason.startswith("error: InputError: metric")
    assert "got" in outcome.reason


@pytest.mark.parametrize("value", [float("nan"), float("inf"), torch.tensor(float("-inf"))], ids=repr)
def test_a_metric_that_is_not_finite_is_not_a_number(make_job: Callable[..., Job], value: object) -> None:
    outcome = ended(make_job(), lambda genome, context: {"error": value})
    assert outcome.reason == f"not a number: error = {float(value)}"  # type: ignore[arg-type]
    assert outcome.traceback == ""


def test_an_exception_is_named_with_its_traceback(make_job: Callable[..., Job]) -> None:
    def evaluate(genome: Genome, context: Context) -> None:
        raise KeyError("lost")

    outcome = ended(make_job(), evaluate)
    assert (outcome.status, outcome.reason) == ("failed", "error: KeyError: 'lost'")
    assert "in evaluate" in outcome.traceback


class Hostile(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Panic(BaseException):
    pass


@pytest.mark.parametrize(
    "error",
    [Hostile(), Panic("p"), ValueError("\ud800\0" * 9000), RecursionError(), StopIteration(1)],
    ids=type,
)
def test_no_exception_gets_out_and_its_text_is_bounded_utf8(make_job: Callable[..., Job], error: BaseException) -> None:
    def evaluate(genome: Genome, context: Context) -> None:
        raise error

    outcome = ended(make_job(), evaluate)
    assert outcome.reason.startswith(f"error: {type(error).__name__}: ")
    assert len(outcome.reason.encode()) <= 2000
    assert len(outcome.traceback.encode()) <= 8000
    assert "\0" not in outcome.reason + outcome.traceback


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interrupts_pass(make_job: Callable[..., Job], error: type[BaseException]) -> None:
    def evaluate(genome: Genome, context: Context) -> None:
        raise error

    with pytest.raises(error):
        ended(make_job(), evaluate)


def test_a_broken_genome_fails_with_its_reason(make_job: Callable[..., Job]) -> None:
    job = Job(**{**make_job().to_dict(), "genome": {"schema": "other"}})
    outcome = ended(job, lambda genome, context: {"error": 0.0})
    assert outcome.reason.startswith("error: GenomeError: ")


def test_an_unknown_evaluator_fails_with_the_nearest(make_job: Callable[..., Job]) -> None:
    outcome = run_job(make_job(evaluator="trian"), lambda epoch, metrics: True)
    assert "did you mean 'train'" in outcome.reason


OUT_OF_MEMORY = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory: you tried ..."),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
def test_out_of_memory_is_tried_again_with_half_the_batch_until_it_fits(
    make_job: Callable[..., Job], error: BaseException
) -> None:
    scales = []

    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        scales.append(context.batch_scale)
        if context.batch_scale < 4:
            raise error
        return {"error": 0.0}

    assert ended(make_job(), evaluate).status == "finished"
    assert scales == [1, 2, 4]


def test_what_never_fits_is_said_after_an_eighth_of_the_batch(make_job: Callable[..., Job]) -> None:
    scales = []

    def evaluate(genome: Genome, context: Context) -> None:
        scales.append(context.batch_scale)
        raise MemoryError

    outcome = ended(make_job(), evaluate)
    assert outcome.reason.startswith("out of memory: does not fit, even with 1/8 of the batch")
    assert scales == [1, 2, 4, 8]


def test_an_evaluator_that_cannot_divide_its_batch_is_not_tried_again(make_job: Callable[..., Job]) -> None:
    calls = []

    def evaluate(genome: Genome, context: Context) -> None:
        calls.append(1)
        raise MemoryError

    assert ended(make_job(), evaluate).reason == "out of memory: does not fit (MemoryError)"
    assert calls == [1]


def test_a_report_answered_with_no_stops_the_trial_with_the_last_metrics(
    make_job: Callable[..., Job],
) -> None:
    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        context.report(1, {"error": 0.25})
        return {"error": 0.0}

    outcome = ended(make_job(), evaluate, answer=False)
    assert (outcome.status, outcome.reason, outcome.metrics) == ("stopped", "", {"error": 0.25})


def test_an_evaluator_that_swallows_the_stop_is_stopped_all_the_same(make_job: Callable[..., Job]) -> None:
    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        for epoch in (1, 2):
            with contextlib.suppress(StopTrial):
                context.report(epoch, {"error": 0.25})
        return {"error": 0.0}

    reported: list[int] = []
    outcome = execute(make_job(), lambda epoch, metrics: bool(reported.append(epoch)), evaluator=evaluate)
    assert outcome.status == "stopped"
    assert reported == [1]


def test_an_error_that_follows_from_the_stop_is_the_stop(make_job: Callable[..., Job]) -> None:
    def evaluate(genome: Genome, context: Context) -> None:
        try:
            context.report(1, {"error": 0.25})
        except StopTrial as stop:
            raise RuntimeError("the loop was left") from stop

    assert ended(make_job(), evaluate, answer=False).status == "stopped"


def test_a_nan_in_a_report_fails_the_trial_and_names_the_epoch(make_job: Callable[..., Job]) -> None:
    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        context.report(1, {"error": 0.5})
        context.report(2, {"error": float("nan")})
        return {"error": 0.0}

    outcome = ended(make_job(), evaluate)
    assert outcome.reason == "not a number: error = nan after epoch 2"
    assert outcome.metrics == {"error": 0.5}


def test_time_that_is_over_ends_the_trial_at_its_next_report(make_job: Callable[..., Job]) -> None:
    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        time.sleep(0.02)
        context.report(1, {"error": 0.5})
        return {"error": 0.0}

    outcome = ended(make_job(time_limit_seconds=0.01, epochs=2), evaluate)
    assert (outcome.status, outcome.reason) == ("failed", "time limit: 0.01 s are over")
    assert ended(make_job(time_limit_seconds=0.01, epochs=1), evaluate).status == "finished"


def test_a_report_that_raises_is_a_failure(make_job: Callable[..., Job]) -> None:
    def broken(epoch: int, metrics: dict[str, float]) -> bool:
        raise ConnectionError("gone")

    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        context.report(1, {"error": 0.5})
        return {"error": 0.0}

    assert execute(make_job(), broken, evaluator=evaluate).reason == "error: ConnectionError: gone"


def test_the_jobs_threads_hold_during_the_trial_and_not_after(make_job: Callable[..., Job]) -> None:
    before = torch.get_num_threads()
    job = Job(**{**make_job().to_dict(), "threads": before + 1})
    assert ended(job, lambda genome, context: {"threads": torch.get_num_threads()}).metrics == {"threads": before + 1}
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_no_result_wherever_an_evaluator_met_it(make_job: Callable[..., Job], number: int) -> None:
    def evaluate(genome: Genome, context: Context) -> None:
        raise OSError(number, "the disk is full", "mine.log")

    outcome = ended(make_job(), evaluate)
    assert outcome.status == "interrupted"
    assert "the disk is full" in outcome.reason and "mine.log" in outcome.reason


def test_a_checkpoint_that_cannot_be_kept_interrupts_a_trial_that_swallows_the_error(
    make_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "fsync", refuse)

    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        with contextlib.suppress(Exception):
            context.save({"epoch": 1})
        return {"error": 0.5}

    job = make_job()
    outcome = ended(job, evaluate)
    assert (outcome.status, outcome.reason) == ("interrupted", f"{job.checkpoints}: read-only")


def test_an_error_that_is_the_evaluators_own_is_a_failure(make_job: Callable[..., Job]) -> None:
    outcome = ended(make_job(), lambda genome, context: Path("/nowhere/to/be/found").read_text())
    assert outcome.status == "failed" and outcome.reason.startswith("error: FileNotFoundError")


@pytest.mark.parametrize(("damaged", "then"), [(1, "it went on from the state before"), (2, "it began again")])
def test_a_damaged_checkpoint_is_noted(make_job: Callable[..., Job], damaged: int, then: str) -> None:
    job = make_job()
    seen = []

    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        seen.append((context.load() or {"epoch": 0})["epoch"])
        for epoch in (1, 2):
            context.save({"epoch": epoch})
        return {"error": 0.5}

    assert ended(job, evaluate).notes == []
    for name in ("state.pt", "state.previous.pt")[:damaged]:
        path = Path(job.checkpoints) / name
        path.write_bytes(path.read_bytes()[:-1])
    (note,) = ended(job, evaluate).notes
    assert note.startswith("state.pt is damaged: its checksum does not agree") and note.endswith(f": {then}")
    assert seen == [0, 2 - damaged]
