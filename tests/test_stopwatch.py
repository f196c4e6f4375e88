"""The rule by which a latency is measured, with a clock that is told what to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, count, cycle, repeat
from types import SimpleNamespace

import pytest
import torch

from nas import stopwatch
from nas.stopwatch import timed


@pytest.fixture
def takes(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterator[float]], Callable[[], None]]:
    """A computation that takes so many milliseconds in one pass after another."""
    now = 0

    def made(milliseconds: Iterator[float]) -> Callable[[], None]:
        def once() -> None:
            nonlocal now
            now += round(next(milliseconds) * 1e6)

        return once

    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter_ns=lambda: now))
    return made


def test_equal_passes_are_steady_after_five_rounds_of_twenty_milliseconds(takes):
    (timing,) = timed([takes(repeat(2.0))])
    assert (timing.median_ms, timing.iqr_ms, timing.min_ms, timing.quiet_ms) == (2, 0, 2, 2)
    assert (timing.passes, timing.steady) == (5 * 10, True)


def test_median_and_spread_are_those_of_all_passes(takes):
    """Ten each of 1, 2, 3, 4 and 5: the middle is 3, and the quarters end at 2 and 4."""
    (timing,) = timed([takes(cycle([1.0, 2.0, 3.0, 4.0, 5.0]))], round_seconds=0.03)
    assert timing.passes == 50 and timing.steady
    assert (timing.min_ms, timing.median_ms, timing.iqr_ms) == (1, 3, 2)


def test_what_is_slow_at_first_is_warm_up(takes):
    (timing,) = timed([takes(chain([900.0], repeat(2.0)))])
    assert (timing.median_ms, timing.iqr_ms, timing.passes) == (2, 0, 50)


def test_a_burst_slows_the_median_and_not_the_quietest_round(takes):
    """Ten passes of warm-up, then rounds of ten: a machine that is busy in all but one, in which one pass is lucky."""
    (timing,) = timed([takes(chain(repeat(2.0, 10), repeat(3.0, 20), repeat(2.0, 9), [1.0], repeat(3.0)))])
    assert (timing.median_ms, timing.quiet_ms, timing.min_ms, timing.steady) == (3, 2, 1, True)


def test_passes_that_grow_longer_and_longer_are_not_steady_and_end_in_time(takes):
    (timing,) = timed([takes(2.0 * 1.05**number for number in count())], seconds=3.0)
    assert not timing.steady
    assert timing.passes < 100


def test_several_computations_take_turns(takes):
    order: list[str] = []

    def noted(name: str) -> Callable[[], None]:
        once = takes(repeat(4.0))
        return lambda: (order.append(name), once())[1]

    timed([noted("a"), noted("b")])
    turns = [name for name, before in zip(order, ["", *order[:-1]], strict=True) if name != before]
    assert turns == ["a", "b"] * 5  # the first of each with its warm-up in front


def test_a_gpu_is_timed_by_its_events_one_pass_at_a_time(monkeypatch):
    """Its clock counts what was launched between two events, and it is waited for behind each pass."""
    launched, waits = [], []

    class Event:
        def __init__(self, *, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            self.at = len(launched)

        def synchronize(self) -> None:
            waits.append(self.at)

        def elapsed_time(self, end: Event) -> float:
            return 7.0 * (end.at - self.at)

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    (timing,) = timed([lambda: launched.append(1)], device="cuda:0")
    assert (timing.median_ms, timing.iqr_ms, timing.steady) == (7, 0, True)
    assert waits == list(range(1, len(launched) + 1))
