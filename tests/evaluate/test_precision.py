from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch

from nas.evaluate import Context, Job, precision
from nas.genome import Genome
from nas.space.settings import TrainSettings


def decide(
    job: Job,
    genome: Genome,
    monkeypatch: pytest.MonkeyPatch,
    *,
    seconds: dict[str, float],
    losses: dict[str, float],
    disturbed: float = 0.0,
) -> str:
    """`choose`, with a clock that each step moves on, and losses of our own."""
    clock, steps = [0.0], itertools.count()

    def step(model: object, optimizer: object, x: torch.Tensor, y: torch.Tensor, *, precision: str) -> float:
        clock[0] += seconds[precision]
        clock[0] += disturbed if next(steps) > 3 else 0.0  # from the third step of each on
        return losses[precision]

    monkeypatch.setattr(precision, "_step", step)
    monkeypatch.setattr(precision.time, "perf_counter", lambda: clock[0])
    return precision.choose(TrainSettings(batch=16), genome, Context(job, lambda e, m: True).dataset, "cpu")


@pytest.mark.parametrize(("fast", "loss", "expected"), [(0.08, 2.04, "bf16"), (0.09, 2.0, "float32"), (0.05, 2.2, "float32")])
def test_bf16_is_chosen_where_it_is_a_fifth_faster_and_the_losses_agree(
    make_job: Callable[..., Job],
    small: Callable[..., Genome],
    monkeypatch: pytest.MonkeyPatch,
    fast: float,
    loss: float,
    expected: str,
) -> None:
    seconds, losses = {"float32": 0.1, "bf16": fast}, {"float32": 2.0, "bf16": loss}
    assert decide(make_job(), small(), monkeypatch, seconds=seconds, losses=losses) == expected


def test_steps_that_another_process_slowed_down_do_not_count(
    make_job: Callable[..., Job], small: Callable[..., Genome], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, losses = {"float32": 0.1, "bf16": 0.05}, {"float32": 2.0, "bf16": 2.0}
    assert decide(make_job(), small(), monkeypatch, seconds=seconds, losses=losses, disturbed=3.0) == "bf16"


def test_a_network_whose_steps_take_no_time_stays_in_float32(
    make_job: Callable[..., Job], small: Callable[..., Genome], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, losses = {"float32": 0.004, "bf16": 0.001}, {"float32": 2.0, "bf16": 2.0}
    assert decide(make_job(), small(), monkeypatch, seconds=seconds, losses=losses) == "float32"


def test_the_probe_runs_and_leaves_the_network_alone(make_job: Callable[..., Job], small: Callable[..., Genome]) -> None:
    from nas.network import build

    model = build(small())
    before = model.get_parameter("conv.weight").clone()
    data = Context(make_job(), lambda e, m: True).dataset
    assert precision.choose(TrainSettings(batch=16), model, data, "cpu") == "float32"
    assert torch.equal(model.get_parameter("conv.weight"), before)


def test_a_precision_that_is_set_is_taken(make_job: Callable[..., Job], small: Callable[..., Genome]) -> None:
    data = Context(make_job(), lambda e, m: True).dataset
    assert precision.choose(TrainSettings(precision="bf16"), small(), data, "cpu") == "bf16"
