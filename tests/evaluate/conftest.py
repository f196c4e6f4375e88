"""Small images, small networks, and jobs that train them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nas.evaluate import Job, Outcome, run_job
from nas.genome import Genome, Node, ops


def small_genome(*, width: int = 4, dropout: float = 0.0, shape: tuple[int, int, int] = (1, 8, 8), classes: int = 3) -> Genome:
    """conv, norm, relu, pool, dropout, linear on an 8x8 image"""
    layers = [
        ("conv", ops.Conv2d(width)),
        ("norm", ops.BatchNorm2d()),
        ("relu", ops.Activation("relu")),
        ("pool", ops.GlobalAvgPool2d()),
        ("flat", ops.Flatten()),
        ("drop", ops.Dropout(dropout)),
        ("linear", ops.Linear(classes)),
        ("output", ops.Output()),
    ]
    nodes = [Node("input", ops.Input(shape))]
    for name, op in layers:
        nodes.append(Node(name, op, (nodes[-1].name,)))
    return Genome(nodes)


@pytest.fixture
def small() -> Callable[..., Genome]:
    return small_genome


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 images 1x8x8 of three classes, which differ in brightness."""
    draw = np.random.default_rng(0)
    labels = np.arange(120) % 3
    pixels = draw.integers(0, 80, (120, 8, 8)) + 70 * labels[:, None, None]
    path = tmp_path_factory.mktemp("images") / "three.npz"
    np.savez(path, images=pixels.astype(np.uint8), labels=labels)
    return path


MakeJob = Callable[..., Job]


@pytest.fixture
def make_job(images: Path, tmp_path: Path) -> MakeJob:
    def make(
        genome: Genome | None = None,
        *,
        epochs: int = 3,
        seed: int = 1,
        folder: str = "trial",
        evaluator: str = "train",
        time_limit_seconds: float | None = None,
        **train: object,
    ) -> Job:
        return Job(
            number=0,
            genome=(genome or small_genome()).to_dict(),
            seed=seed,
            epochs=epochs,
            evaluator=evaluator,
            train={"batch": 16, "precision": "float32", **train},
            data={"name": "npz", "path": str(images)},
            cache=str(images.parent / "cache"),
            checkpoints=str(tmp_path / folder),
            device="cpu",
            time_limit_seconds=time_limit_seconds,
        )

    return make


@pytest.fixture
def run() -> Callable[[Job], Outcome]:
    """The outcome of a job that must finish."""

    def finished(job: Job) -> Outcome:
        outcome = run_job(job, lambda epoch, metrics: True)
        assert outcome.status == "finished", outcome.reason + outcome.traceback
        return outcome

    return finished
