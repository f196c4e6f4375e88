"""Stage by stage: the share of params, macs and measured time.

Time is that of the trained network in use, eager, one batch after another; on a GPU by CUDA events. Each clock stands behind
the last layer of a stage, where the next begins: a probe whose hook notes the time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from nas.explanation.probes import probed_behind
from nas.explanation.subject import Subject
from nas.genome import Genome
from nas.genome.parts import stage_of
from nas.network.build import state_name

WARM, PASSES = 3, 15


@dataclass(frozen=True)
class StageShare:
    """A stage and its part of the whole, from 0 to 1; `ms` for one batch, the median over passes."""

    name: str
    params: int
    macs: int
    ms: float
    params_share: float
    macs_share: float
    time_share: float


def stage_shares(subject: Subject) -> list[StageShare]:
    """Each stage that holds layers or takes time."""
    took = _milliseconds(subject)
    whole = sum(took.values())
    return [
        StageShare(
            part.name, part.params, part.macs, took[part.name], part.params_share, part.macs_share, took[part.name] / whole
        )
        for part in subject.genome.parts
        if part.name in took
    ]


def _milliseconds(subject: Subject) -> dict[str, float]:
    """For each stage the median time of a batch."""
    ends, timed = _stretches(subject.genome)
    genome, probes = probed_behind(subject.genome, set(ends))
    network = subject.network(genome)
    clock = _Clock(subject.device)
    for name in ends:
        network.get_submodule(state_name(probes[name])).register_forward_hook(clock)
    passes: list[list[float]] = []
    with torch.no_grad():
        for _ in range(WARM + PASSES):
            clock.start()
            network(subject.batches[0][0])
            passes.append(clock.stretches())
    found: dict[str, list[float]] = {}
    for taken in passes[WARM:]:
        spent = dict.fromkeys(timed, 0.0)
        for stage, ms in zip(timed, taken, strict=True):
            spent[stage] += ms
        for stage, ms in spent.items():
            found.setdefault(stage, []).append(ms)
    return {stage: statistics.median(values) for stage, values in found.items()}


def _stretches(genome: Genome) -> tuple[list[str], list[str]]:
    """The nodes behind which another stage begins, in the order of computing, and the stage between each two of them."""
    ends = [before.name for before, after in pairwise(genome.nodes) if stage_of(before.name) != stage_of(after.name)]
    return ends, [stage_of(name) for name in ends[1:]]


class _Clock:
    """Notes the time whenever a probe is passed."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._notes: list[Callable[[], float]] = []

    def start(self) -> None:
        """Forget the pass before."""
        self._notes = []

    def __call__(self, module: nn.Module, inputs: object, output: object) -> None:
        if self._device.type == "cuda":
            event = torch.cuda.Event(enable_timing=True)
            event.record()
            first = self._first = event if not self._notes else self._first
            self._notes.append(lambda: first.elapsed_time(event))
        else:
            now = 1e3 * time.perf_counter()
            self._notes.append(lambda: now)

    def stretches(self) -> list[float]:
        """Milliseconds between each two notes."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return [after - before for before, after in pairwise(note() for note in self._notes)]
