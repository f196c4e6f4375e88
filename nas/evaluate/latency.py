"""The objective `latency_ms`: how long a trial's network takes on the trial's own device, measured once, at the trial's end.

Measured is what `nas latency` calls "eager": float32, in evaluation mode, one pass after another; the weights do not matter,
so they are fresh ones. The value is the smallest median of several rounds (`nas.stopwatch`).

Where several trials share a machine: they measure one at a time, by a lock in the machine's cache of data sets. Others may
train meanwhile. On a CPU each has its own threads, so what they take is memory bandwidth, cache and clock, which can only
make a round slower; the best round is taken. What slows every round alike stays in the value. On a GPU that trials share
their kernels take turns with ours: there measure with one trial at a time (`gpus: 1` in the runner's profile).

A measured value differs a little each time. So a search by it is not repeated bit for bit from its seed; a search that is
resumed keeps the values that its study holds.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from nas.evaluate.context import Context
from nas.evaluate.threads import threads
from nas.genome import Genome
from nas.network import build
from nas.space.settings import LATENCY, LatencySettings
from nas.stopwatch import timed

SECONDS = 5.0  # at most, where no median is steady
LOCK = "latency.lock"


def with_latency(metrics: Mapping[str, float], genome: Genome, context: Context) -> Mapping[str, float]:
    """The metrics with `latency_ms`, unless the evaluator has measured its own."""
    if context.job.latency is None or not isinstance(metrics, Mapping) or LATENCY in metrics:
        return metrics
    settings = LatencySettings.model_validate(context.job.latency)
    with _alone(Path(context.job.cache)), threads(settings.threads or context.job.threads):
        once = eager_pass(build(genome).to(context.device), genome, batch=settings.batch, device=context.device)
        (timing,) = timed([once], device=context.device, seconds=SECONDS)
    return {**metrics, LATENCY: timing.quiet_ms}


def eager_pass(network: nn.Module, genome: Genome, *, batch: int, device: str) -> Callable[[], object]:
    """One pass of a network, which is on the device, over a batch of noise."""
    network.eval()
    images = noise(genome, batch=batch).to(device)

    def once() -> object:
        with torch.no_grad():
            return network(images)

    return once


def noise(genome: Genome, *, batch: int) -> torch.Tensor:
    """(batch, channels, height, width): the same normal numbers each time."""
    return torch.randn(batch, *genome.input_shape, generator=torch.Generator().manual_seed(0))


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """While no other trial of this machine measures; the kernel's lock ends with its process."""
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / LOCK, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
