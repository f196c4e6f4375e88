"""A training that starts from a parent's weights: where it begins, what it goes on from, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from nas.edit import add_branch, deepen, widen
from nas.evaluate import Context, Job, Outcome, run_job, train_final
from nas.evaluate.inherited import Parent
from nas.evaluate.training import Training
from nas.genome import Genome

MakeJob = Callable[..., Job]
Small = Callable[..., Genome]
Run = Callable[[Job], Outcome]

RECIPES: list[dict[str, Any]] = [
    {},
    {"optimizer": "adamw", "lr": 0.03, "schedule": "one-cycle", "ema": 0.9},
    {"augment": {"pad": 1, "flip": True}, "precision": "bf16"},
]


def weights(job: Job) -> dict[str, torch.Tensor]:
    return load_file(Path(job.checkpoints) / "weights.safetensors")


def same(one: Job, other: Job) -> bool:
    first, second = weights(one), weights(other)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


class Killed(KeyboardInterrupt):
    """What ends the process, as far as a trial can tell."""


def kill(epoch: int) -> Callable[[int, dict[str, float]], bool]:
    def report(now: int, metrics: dict[str, float]) -> bool:
        if now == epoch:
            raise Killed
        return True

    return report


@pytest.fixture
def parent(make_job: MakeJob, run: Run, small: Small) -> Callable[..., tuple[Job, dict[str, float]]]:
    """parent(seed=7): the job of a small network, trained for 8 epochs, and its metrics."""

    def made(*, seed: int = 7) -> tuple[Job, dict[str, float]]:
        job = make_job(small(dropout=0.3), folder=f"parent{seed}", epochs=8, seed=seed)
        return job, run(job).metrics

    return made


@pytest.fixture
def heir(make_job: MakeJob, parent: Callable[..., tuple[Job, dict[str, float]]], small: Small) -> MakeJob:
    """heir(child, of=7, folder="trial"): a job that starts from the weights of the parent of seed 7."""

    def made(child: Genome | None = None, *, of: int = 7, **settings: Any) -> Job:
        job, _ = parent(seed=of)
        named = {"genome": job.genome, "weights": str(Path(job.checkpoints) / "weights.safetensors")}
        return replace(make_job(child or widen(small(dropout=0.3), "conv", 2), **settings), parent=named)

    return made


def begun(job: Job) -> Training:
    """The training of a job, before its first step."""
    context, parent = Context(job, lambda epoch, metrics: True), Parent.of(job.parent)
    assert parent is not None
    child = Genome.from_dict(job.genome)
    start = parent.handed_on(child, seed=job.seed)
    return Training(child, context, context.train, context.dataset, part="train", precision="float32", start=start)


def failed(job: Job) -> str:
    """The reason of a job that must fail before its first epoch."""
    outcome = run_job(job, lambda epoch, metrics: pytest.fail("an epoch was trained"))
    assert outcome.status == "failed"
    return outcome.reason


@pytest.mark.parametrize(
    "edit", [lambda net: widen(net, "conv", 1.5), lambda net: deepen(net, "conv"), lambda net: add_branch(net, "conv", kernel=5)]
)
def test_a_child_begins_with_the_error_of_its_parent(
    heir: MakeJob, parent: Callable[..., tuple[Job, dict[str, float]]], small: Small, edit: Callable[[Genome], Genome]
) -> None:
    training = begun(heir(edit(small(dropout=0.3))))
    metrics, (_, before) = training.measure(training.batches("validation")), parent()
    assert metrics["error"] == pytest.approx(before["error"])
    assert metrics["loss"] == pytest.approx(before["loss"], abs=1e-5)


def test_an_inherited_epoch_is_worth_several_from_scratch(heir: MakeJob, run: Run) -> None:
    job = heir(epochs=1, lr=0.01)
    inherited, scratch = run(job), run(replace(job, parent=None, checkpoints=f"{job.checkpoints}/scratch"))
    assert inherited.metrics.keys() == scratch.metrics.keys()
    assert inherited.metrics["loss"] < 0.8 * scratch.metrics["loss"]


def test_the_average_begins_with_the_inherited_weights(heir: MakeJob) -> None:
    training = begun(heir(ema=0.9))
    assert training.average is not None
    for name, value in training.model.state_dict().items():
        assert torch.equal(training.average.model.state_dict()[name], value), name
    assert training.measure(training.batches("validation"))["error"] < 0.3  # three kinds of images: 0.67 at random


@pytest.mark.parametrize("recipe", RECIPES, ids=["sgd", "adamw", "bf16"])
@pytest.mark.parametrize("epoch", [1, 3])
def test_a_killed_training_ends_in_the_same_bits(heir: MakeJob, run: Run, recipe: dict[str, Any], epoch: int) -> None:
    whole, broken = (heir(folder=folder, epochs=4, **recipe) for folder in ("whole", "broken"))
    run(whole)
    with pytest.raises(Killed):
        run_job(broken, kill(epoch))
    run(broken)
    assert same(whole, broken)


@pytest.mark.parametrize("before", ["another parent", "from scratch"])
def test_the_state_of_another_start_is_not_gone_on_from(heir: MakeJob, run: Run, before: str) -> None:
    expected, job, other = heir(folder="expected"), heir(folder="shared"), heir(of=8, folder="shared")
    run(expected)
    with pytest.raises(Killed):
        run_job(other if before == "another parent" else replace(job, parent=None), kill(2))
    run(job)
    assert same(job, expected)


def test_a_network_from_scratch_does_not_go_on_from_an_inherited_state(heir: MakeJob, run: Run) -> None:
    expected, job = replace(heir(folder="expected"), parent=None), heir(folder="shared")
    run(expected)
    with pytest.raises(Killed):
        run_job(job, kill(2))
    scratch = replace(job, parent=None)
    run(scratch)
    assert same(scratch, expected)


def test_a_finished_training_ends_the_same_again(heir: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    job = heir()
    expected = run(job)
    monkeypatch.setattr(Training, "epoch", lambda self, measured: pytest.fail("trained again"))
    assert run_job(job, lambda epoch, metrics: True).metrics == expected.metrics


def test_weights_that_are_gone_fail_the_trial_and_say_where_they_were(heir: MakeJob) -> None:
    job = heir()
    assert job.parent is not None
    Path(job.parent["weights"]).unlink()
    text = failed(job)
    assert text == f"error: RunError: the parent's weights cannot be read: {job.parent['weights']}: No such file or directory"


def test_torn_weights_fail_the_trial(heir: MakeJob) -> None:
    job = heir()
    assert job.parent is not None
    path = Path(job.parent["weights"])
    path.write_bytes(path.read_bytes()[:100])
    assert failed(job).startswith(f"error: RunError: {path} is damaged: ")


def test_weights_of_another_genome_fail_the_trial(heir: MakeJob, small: Small) -> None:
    job, other = heir(), small(width=5)
    assert job.parent is not None
    text = failed(replace(job, parent={**job.parent, "genome": other.to_dict()}))
    assert f"must hold the weights of genome {other.fingerprint}, got {small(dropout=0.3).fingerprint}" in text


def test_a_parent_is_a_genome_and_its_weights(heir: MakeJob) -> None:
    text = "error: InputError: the parent of a job must have 'genome' and 'weights', got"
    assert failed(replace(heir(), parent={"genome": {}, "file": "x"})) == f"{text} file, genome"
    assert failed(replace(heir(), parent={})) == f"{text} nothing"


def test_the_final_training_is_from_scratch_whatever_the_job_says(heir: MakeJob) -> None:
    job = heir(folder="heir")
    assert job.parent is not None
    gone = {**job.parent, "weights": "nowhere/weights.safetensors"}
    jobs = replace(job, parent=None, checkpoints=f"{job.checkpoints}/1"), replace(job, parent=gone)
    for each in jobs:
        outcome = train_final(each)
        assert outcome.status == "finished", outcome.reason
    assert same(*jobs)
