"""How long a computation takes: passes are timed one by one, in rounds, until their median is steady.

The rule: a round is about `round_seconds` of passes, five of them or more; the first is warm-up and is thrown away. The
median of all passes is steady when five rounds were timed and the last three changed it by no more than 2 %. Where
that takes longer than `seconds`, the timing says that it is not steady. Median and interquartile range, because times have
a long tail to one side (Hoefler and Belli 2015, "Scientific Benchmarking of Parallel Computing Systems", rules 5 to 8).

Several computations take turns, a round of each after another, so that what disturbs the machine for a while disturbs all
of them alike. What disturbs can only make a pass longer. So `quiet_ms`, the smallest of the rounds' medians, is nearest to
a machine that does nothing else, and is what two measurements of one network agree on.

A GPU is timed by CUDA events, which count from the launch of a pass to the end of its last kernel.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

LEAST_PASSES, MOST_PASSES = 5, 1000  # in a round
LEAST_ROUNDS = 5
STEADY_ROUNDS, TOLERANCE = 3, 0.02

Computation = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one pass, over all passes. iqr_ms: between their quartiles. quiet_ms: the median of the best round."""

    median_ms: float
    iqr_ms: float
    min_ms: float
    quiet_ms: float
    passes: int
    steady: bool


def timed(
    computations: Sequence[Computation], *, device: str = "cpu", seconds: float = 10.0, round_seconds: float = 0.02
) -> list[Timing]:
    """Time each computation until its median is steady, for at most so many seconds each; the rule stands above."""
    take = _on_gpu(device) if device.startswith("cuda") else _on_cpu
    watches = [_Watch(computation, take, round_seconds) for computation in computations]
    going = watches
    while going:
        for watch in going:
            watch.round()
        going = [watch for watch in going if not watch.steady and watch.seconds < seconds]
    return [watch.timing() for watch in watches]


@dataclass
class _Watch:
    """One computation, and the passes of it that were timed."""

    computation: Computation
    take: Callable[[Computation, int], list[float]]
    round_seconds: float
    passes: list[float] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)  # the median of each
    medians: list[float] = field(default_factory=list)  # of all passes, behind each round
    seconds: float = 0.0
    count: int = 0  # passes in a round

    def round(self) -> None:
        """Time one round; in front of the first the computation is warmed up."""
        if not self.count:
            self._warm_up()
        taken = self._taken(self.count)
        self.passes += taken
        self.rounds.append(statistics.median(taken))
        self.medians.append(statistics.median(self.passes))

    def _warm_up(self) -> None:
        taken: list[float] = []
        while sum(taken) < 1e3 * self.round_seconds or len(taken) < LEAST_PASSES:
            taken += self._taken(LEAST_PASSES)
        wanted = 1e3 * self.round_seconds / max(statistics.median(taken), 1e-6)
        self.count = min(max(LEAST_PASSES, round(wanted)), MOST_PASSES)

    def _taken(self, count: int) -> list[float]:
        taken = self.take(self.computation, count)
        self.seconds += sum(taken) / 1e3
        return taken

    @property
    def steady(self) -> bool:
        last = self.medians[-STEADY_ROUNDS - 1 :]
        return len(self.medians) >= LEAST_ROUNDS and max(last) - min(last) <= TOLERANCE * last[-1]

    def timing(self) -> Timing:
        first, median, third = statistics.quantiles(self.passes, n=4)
        return Timing(median, third - first, min(self.passes), min(self.rounds), len(self.passes), self.steady)


def _on_cpu(computation: Computation, count: int) -> list[float]:
    """Milliseconds of so many passes."""
    marks = [time.perf_counter_ns()]
    for _ in range(count):
        computation()
        marks.append(time.perf_counter_ns())
    return [(after - before) / 1e6 for before, after in pairwise(marks)]


def _on_gpu(device: str) -> Callable[[Computation, int], list[float]]:
    """The same by CUDA events, each pass alone on the device."""
    import torch  # on demand: a CPU's clock needs none

    def take(computation: Computation, count: int) -> list[float]:
        taken = []
        for _ in range(count):
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            torch.cuda.synchronize(device)
            start.record()
            computation()
            end.record()
            end.synchronize()
            taken.append(start.elapsed_time(end))
        return taken

    return take
