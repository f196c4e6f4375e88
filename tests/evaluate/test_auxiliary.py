"""A genome with two heads: both learn, the first is measured and exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from nas.data.batches import Batches
from nas.evaluate import Job, Outcome, run_job
from nas.evaluate.context import Context
from nas.evaluate.training import Training
from nas.evaluate.weights import load_weights
from nas.exports.subject import Prediction
from nas.genome import Genome, Node, ops
from nas.network import build

MakeJob = Callable[..., Job]
Run = Callable[[Job], Outcome]


def two_headed() -> Genome:
    """An auxiliary head in front of the last block; noise of every sort; nodes of the auxiliary head come first."""
    nodes = [
        Node("input", ops.Input((1, 8, 8))),
        Node("stem", ops.Conv2d(4), ("input",)),
        Node("aux/pool", ops.GlobalAvgPool2d(), ("stem",)),
        Node("aux/flat", ops.Flatten(), ("aux/pool",)),
        Node("aux/linear", ops.Linear(3), ("aux/flat",)),
        Node("aux/output", ops.Output(), ("aux/linear",)),
        Node("left", ops.Conv2d(4), ("stem",)),
        Node("right", ops.Conv2d(4), ("stem",)),
        Node("survive", ops.StochasticDepth(0.7), ("right",)),
        Node("join", ops.FractalJoin((0, 1), 2), ("left", "survive")),
        Node("norm", ops.BatchNorm2d(), ("join",)),
        Node("relu", ops.Activation("relu"), ("norm",)),
        Node("pool", ops.GlobalAvgPool2d(), ("relu",)),
        Node("flat", ops.Flatten(), ("pool",)),
        Node("linear", ops.Linear(3), ("flat",)),
        Node("output", ops.Output(), ("linear",)),
    ]
    return Genome(nodes, outputs=["output", "aux/output"])


def batches(job: Job, part: str) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    dataset = Context(job, lambda epoch, metrics: True).dataset
    return Batches(dataset, part, batch=16, device="cpu", seed=0).epoch(0)  # type: ignore[arg-type]


def trained(job: Job) -> torch.nn.Module:
    genome = Genome.from_dict(job.genome)
    return load_weights(build(genome), genome, Path(job.checkpoints) / "weights.safetensors")


def test_validation_measures_the_first_head(make_job: MakeJob, run: Run) -> None:
    job = make_job(two_headed(), epochs=4)
    metrics, model = run(job).metrics, trained(job).eval()
    wrong, losses, others = [], [], []
    with torch.no_grad():
        for x, y in batches(job, "validation"):
            answer, other = model(x)
            wrong.append(answer.argmax(1) != y)
            losses.append(F.cross_entropy(answer, y, reduction="none"))
            others.append(F.cross_entropy(other, y, reduction="none"))
    assert torch.cat(wrong).float().mean().item() == pytest.approx(metrics["error"])
    assert torch.cat(losses).mean().item() == pytest.approx(metrics["loss"])
    assert torch.cat(others).mean().item() != pytest.approx(metrics["loss"], rel=1e-3)


def test_training_learns_from_the_first_head_and_a_third_of_the_other(make_job: MakeJob) -> None:
    job = make_job(two_headed())
    context = Context(job, lambda epoch, metrics: True)
    training = Training(two_headed(), context, context.train, context.dataset, part="train", precision="float32")
    x, y = next(islice(batches(job, "train"), 1))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        loss = training._gradients(x, y)
    got = {name: weight.grad.clone() for name, weight in training.model.named_parameters()}
    model = build(two_headed(), seed=job.seed).train()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        answer, other = model(x)
    expected = F.cross_entropy(answer, y) + 0.3 * F.cross_entropy(other, y)
    expected.backward()
    torch.testing.assert_close(loss, expected.detach())
    for name, weight in model.named_parameters():
        torch.testing.assert_close(got[name], weight.grad, atol=1e-6, rtol=1e-3)
    assert got["aux.linear.weight"].count_nonzero() > 0


@pytest.mark.parametrize("recipe", [{}, {"precision": "bf16", "ema": 0.9, "optimizer": "adamw", "lr": 0.03}], ids=["sgd", "bf16"])
def test_a_training_with_noise_that_was_broken_off_ends_in_the_same_bits(
    make_job: MakeJob, run: Run, recipe: dict[str, object]
) -> None:
    whole, broken = (make_job(two_headed(), folder=folder, **recipe) for folder in ("whole", "broken"))

    def stop(epoch: int, metrics: dict[str, float]) -> bool:
        raise KeyboardInterrupt

    run(whole)
    with pytest.raises(KeyboardInterrupt):
        run_job(broken, stop)
    run(broken)
    states = [trained(job).state_dict() for job in (whole, broken)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_what_is_exported_is_the_first_head() -> None:
    model, x = build(two_headed()), torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    model.eval()
    assert torch.equal(Prediction(model)(x), model(x)[0])
    assert [tuple(answer.shape) for answer in model.train()(x)] == [(4, 3), (4, 3)]
