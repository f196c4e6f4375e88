"""The evaluator "train": what it learns, reports, keeps, and takes up again bit for bit."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from nas.evaluate import Job, Outcome, run_job, train_final
from nas.evaluate.training import Training
from nas.genome import Genome, Node, ops

MakeJob = Callable[..., Job]
Small = Callable[..., Genome]
Run = Callable[[Job], Outcome]

RECIPES = [
    {},
    {
        "optimizer": "adamw",
        "lr": 0.03,
        "schedule": "one-cycle",
        "ema": 0.9,
        "clip": 1.0,
        "label_smoothing": 0.1,
    },
    {
        "augment": {"pad": 1, "flip": True},
        "precision": "bf16",
        "channels_last": False,
        "schedule": "constant",
    },
]


def without_seconds(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name != "seconds"}


def weights(job: Job) -> dict[str, torch.Tensor]:
    return load_file(Path(job.checkpoints) / "weights.safetensors")


class Killed(KeyboardInterrupt):
    """What ends the process, as far as a trial can tell."""


def kill_after(epoch: int, seen: list[int]) -> Callable[[int, dict[str, float]], bool]:
    def report(now: int, metrics: dict[str, float]) -> bool:
        seen.append(now)
        if now == epoch:
            raise Killed
        return True

    return report


@pytest.mark.parametrize("recipe", RECIPES, ids=["sgd", "adamw", "bf16"])
def test_a_recipe_learns_three_kinds_of_images(make_job: MakeJob, run: Run, recipe: dict[str, object]) -> None:
    assert run(make_job(epochs=20, **recipe)).metrics["error"] < 0.2


def test_each_epoch_is_reported_with_its_metrics(make_job: MakeJob) -> None:
    seen: list[tuple[int, dict[str, float]]] = []
    outcome = run_job(make_job(), lambda epoch, metrics: seen.append((epoch, metrics)) or True)
    assert [epoch for epoch, _ in seen] == [1, 2, 3]
    assert all({"error", "loss", "accuracy", "train_loss", "seconds"} == set(metrics) for _, metrics in seen)
    assert outcome.metrics == seen[-1][1]
    assert outcome.metrics["error"] + outcome.metrics["accuracy"] == 1


@pytest.mark.parametrize("recipe", RECIPES, ids=["sgd", "adamw", "bf16"])
@pytest.mark.parametrize("epoch", [1, 3])
def test_a_killed_training_ends_in_the_same_bits(
    make_job: MakeJob, run: Run, small: Small, recipe: dict[str, object], epoch: int
) -> None:
    genome = small(dropout=0.3)
    whole, broken = (make_job(genome, folder=folder, epochs=4, **recipe) for folder in ("whole", "broken"))
    expected = run(whole)
    seen: list[int] = []
    with pytest.raises(Killed):
        run_job(broken, kill_after(epoch, seen))
    outcome = run_job(broken, lambda now, metrics: seen.append(now) or True)
    assert without_seconds(outcome.metrics) == without_seconds(expected.metrics)
    one, other = weights(whole), weights(broken)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert seen == [*range(1, epoch + 1), 1, 2, 3, 4]


def test_a_kill_in_the_middle_of_an_epoch_ends_in_the_same_bits(
    make_job: MakeJob, run: Run, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = (make_job(small(dropout=0.3), folder=folder) for folder in ("whole", "broken"))
    run(whole)
    steps, gradients = itertools.count(), Training._gradients

    def dying(self: Training, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if next(steps) == 9:
            raise Killed
        return gradients(self, x, y)

    with monkeypatch.context() as patch:
        patch.setattr(Training, "_gradients", dying)
        with pytest.raises(Killed):
            run(broken)
    run(broken)
    one, other = weights(whole), weights(broken)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_torn_checkpoint_costs_an_epoch_and_no_bit(make_job: MakeJob, run: Run) -> None:
    whole, broken = make_job(folder="whole", epochs=4), make_job(folder="broken", epochs=4)
    run(whole)
    with pytest.raises(Killed):
        run_job(broken, kill_after(3, []))
    os.truncate(Path(broken.checkpoints) / "state.pt", 1000)
    run(broken)
    one, other = weights(whole), weights(broken)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_another_seed_trains_another_network_and_the_same_seed_the_same(make_job: MakeJob, run: Run) -> None:
    jobs = [make_job(folder=str(number), seed=seed) for number, seed in enumerate((1, 1, 2))]
    for job in jobs:
        run(job)
    first, second, third = (weights(job)["conv.weight"] for job in jobs)
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_dropout_does_not_depend_on_the_global_generator(make_job: MakeJob, run: Run, small: Small) -> None:
    jobs = make_job(small(dropout=0.5), folder="one"), make_job(small(dropout=0.5), folder="other")
    with torch.random.fork_rng(devices=[]):
        for number, job in enumerate(jobs):
            torch.default_generator.manual_seed(number)
            run(job)
    assert torch.equal(weights(jobs[0])["conv.weight"], weights(jobs[1])["conv.weight"])


def test_training_leaves_the_global_generator_as_it_was(make_job: MakeJob, run: Run, small: Small) -> None:
    state = torch.random.get_rng_state()
    run(make_job(small(dropout=0.5)))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_finished_trial_leaves_weights_and_no_optimiser(make_job: MakeJob, run: Run) -> None:
    job = make_job()
    run(job)
    sizes = {path.name: path.stat().st_size for path in Path(job.checkpoints).iterdir()}
    assert set(sizes) == {"state.pt", "weights.safetensors"}
    assert b"momentum_buffer" not in (Path(job.checkpoints) / "state.pt").read_bytes()


def test_a_finished_trial_whose_outcome_was_lost_is_not_trained_again(
    make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    expected = run(job)
    monkeypatch.setattr(Training, "epoch", lambda self, measured: pytest.fail("trained again"))
    seen: list[int] = []
    again = run_job(job, lambda epoch, metrics: seen.append(epoch) or True)
    assert again.metrics == expected.metrics
    assert seen == [1, 2, 3]


def test_the_state_of_another_recipe_is_not_gone_on_from(make_job: MakeJob, run: Run) -> None:
    other, plain = make_job(folder="plain", lr=0.3), make_job(folder="shared", lr=0.1)
    run(other)
    run(plain)
    shared = make_job(folder="shared", lr=0.3)
    run(shared)
    assert torch.equal(weights(shared)["conv.weight"], weights(other)["conv.weight"])


def test_a_rate_far_too_high_is_not_a_number_and_leaves_no_broken_state(make_job: MakeJob) -> None:
    job = make_job(lr=1e30, warmup=0.0)
    outcome = run_job(job, lambda epoch, metrics: True)
    assert outcome.reason.startswith("not a number: ")
    assert "after epoch 1" in outcome.reason
    assert not Path(job.checkpoints).exists()


def test_a_stopped_trial_ends_after_the_epoch_that_was_refused(make_job: MakeJob) -> None:
    outcome = run_job(make_job(epochs=9), lambda epoch, metrics: epoch < 2)
    assert outcome.status == "stopped"
    assert "error" in outcome.metrics


def test_a_time_limit_ends_a_trial_within_an_epoch(make_job: MakeJob) -> None:
    outcome = run_job(make_job(time_limit_seconds=1e-9), lambda epoch, metrics: pytest.fail("no epoch was finished"))
    assert outcome.reason == "time limit: 1e-09 s are over"


def fits_only(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    forward = torch.nn.BatchNorm2d.forward

    def stub(self: torch.nn.BatchNorm2d, x: torch.Tensor) -> torch.Tensor:
        if len(x) > limit:
            raise torch.OutOfMemoryError("out of memory (a stub)")
        return forward(self, x)

    monkeypatch.setattr(torch.nn.BatchNorm2d, "forward", stub)


def test_out_of_memory_trains_with_parts_of_the_batch(make_job: MakeJob, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fits_only(4, monkeypatch)
    assert run(make_job(epochs=12)).metrics["error"] < 0.4


def test_what_never_fits_is_said(make_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    fits_only(1, monkeypatch)
    outcome = run_job(make_job(), lambda epoch, metrics: True)
    assert outcome.reason.startswith("out of memory: does not fit, even with 1/8 of the batch at a time")


def test_accumulated_gradients_are_those_of_the_whole_batch(make_job: MakeJob, run: Run, small: Small) -> None:
    plain = small()
    nodes = [Node(n.name, n.op, tuple("conv" if i == "norm" else i for i in n.inputs)) for n in plain.nodes if n.name != "norm"]
    whole, parts = make_job(Genome(nodes), folder="whole"), make_job(Genome(nodes), folder="parts")
    run(whole)
    original = torch.nn.Conv2d.forward

    def stub(self: torch.nn.Conv2d, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 5:
            raise MemoryError
        return original(self, x)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.Conv2d, "forward", stub)
        run(parts)
    torch.testing.assert_close(weights(parts), weights(whole), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("batch", [2, 1000])
def test_a_batch_of_one_image_does_not_break_batch_norm(make_job: MakeJob, run: Run, batch: int) -> None:
    nodes = [Node("input", ops.Input((1, 8, 8))), Node("pool", ops.GlobalAvgPool2d(), ("input",))]
    nodes += [Node("norm", ops.BatchNorm2d(), ("pool",)), Node("flat", ops.Flatten(), ("norm",))]
    nodes += [Node("linear", ops.Linear(3), ("flat",)), Node("output", ops.Output(), ("linear",))]
    job = make_job(Genome(nodes), batch=batch, epochs=1)
    run(replace(job, data={**job.data, "validation": 0.15}))  # 81 training images: one is left over


@pytest.mark.parametrize("change", [{"shape": (3, 8, 8)}, {"shape": (1, 9, 8)}, {"classes": 4}], ids=repr)
def test_a_genome_for_other_images_is_refused(make_job: MakeJob, small: Small, change: dict[str, object]) -> None:
    outcome = run_job(make_job(small(**change)), lambda epoch, metrics: True)
    assert "the genome takes" in outcome.reason
    assert "of 3 classes" in outcome.reason


def test_weights_are_those_that_were_measured(make_job: MakeJob, run: Run) -> None:
    from safetensors import safe_open

    from nas.data.batches import Batches
    from nas.evaluate.context import Context
    from nas.evaluate.weights import load_weights
    from nas.network import build

    job = make_job(ema=0.9, epochs=5)
    metrics = run(job).metrics
    genome, path = Genome.from_dict(job.genome), Path(job.checkpoints) / "weights.safetensors"
    model = load_weights(build(genome), genome, path).eval()
    data = Context(job, lambda epoch, metrics: True).dataset
    batches = Batches(data, "validation", batch=1000, device="cpu", seed=0)
    wrong = torch.cat([model(x).argmax(1) != y for x, y in batches.epoch(0)])
    assert wrong.float().mean().item() == pytest.approx(metrics["error"])
    with safe_open(path, framework="pt") as file:
        assert file.metadata()["fingerprint"] == genome.fingerprint


def test_the_final_training_measures_the_test_part_once_and_reports_no_validation(make_job: MakeJob) -> None:
    seen: list[dict[str, float]] = []
    outcome = train_final(make_job(epochs=12), report=lambda epoch, metrics: seen.append(metrics) or True)
    assert outcome.status == "finished", outcome.traceback
    assert outcome.metrics["test_error"] < 0.2
    assert {"test_error", "test_loss", "test_accuracy", "train_loss", "seconds"} == set(outcome.metrics)
    assert all({"train_loss", "seconds"} == set(metrics) for metrics in seen)


def test_the_final_training_on_both_parts_sees_more_images(make_job: MakeJob) -> None:
    jobs = make_job(folder="one"), make_job(folder="both")
    for job, parts in zip(jobs, ("train", "train+validation"), strict=True):
        assert train_final(job, on=parts).status == "finished"  # type: ignore[arg-type]
    assert not torch.equal(weights(jobs[0])["conv.weight"], weights(jobs[1])["conv.weight"])
