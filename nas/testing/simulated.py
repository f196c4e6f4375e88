"""A runner of virtual time: the real search, workers that need no machine, and results by a formula.

It says what a search costs its driver, and how long workers wait: for the driver, which serves one call after another and
takes as long as it really takes here, and for the order (`nas.study.decisions.order`), which may keep a free worker until an
older trial has ended.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any

from nas.evaluate import Outcome
from nas.space import SearchSpace
from nas.study import Search
from nas.study.ledger.ledger import in_memory
from nas.study.ledger.store import Store
from nas.study.trial import Trial

Metrics = dict[str, float]


@dataclass
class Shares:
    """What became of the workers' time until the last trial was begun, in virtual seconds of one worker.

    In the time behind that fewer and fewer workers are left, which is nobody's fault, and is not counted.
    """

    workers: int
    order: float = 0.0  # free, and the order said to wait
    driver: float = 0.0  # free, and the driver was busy with others
    legs: int = 0
    begun: float = 0.0  # when the last trial was
    driver_seconds: float = 0.0  # real time of all calls of the search
    _asked: float = 0.0

    @property
    def busy(self) -> float:
        return self.workers * self.begun - self.order - self.driver

    @property
    def ask_seconds(self) -> float:
        """Real time of a call that gave a trial, on average."""
        return self._asked / self.legs

    def share(self, seconds: float) -> float:
        return seconds / (self.workers * self.begun) if self.begun else 0.0


def simulate(
    search: Search,
    *,
    workers: int,
    seconds: Callable[[Trial], float],
    result: Callable[[Trial, int], Metrics],
    driver: bool = True,
) -> Shares:
    """Run a search to its end with so many workers.

    seconds: how long a whole training of a trial takes, of which a leg has the share of its epochs. result: its metrics
    after an epoch. driver: count the time that the search itself takes, as measured; without it only the order costs.
    """
    return _Simulation(search, workers, seconds, result, driver).run()


class _Simulation:
    def __init__(
        self,
        search: Search,
        workers: int,
        seconds: Callable[[Trial], float],
        result: Callable[[Trial, int], Metrics],
        driver: bool,
    ) -> None:
        self._search, self._seconds, self._result, self._counts = search, seconds, result, driver
        self._recipe = search.space.file.train
        self._shares = Shares(workers)
        self._now = 0.0  # of the driver: when it is free again
        self._free = [0.0] * workers  # since when
        self._asked_in_vain: float | None = None  # when the order said to wait
        self._coming: list[tuple[float, int, int, Trial]] = []  # ends of epochs: when, a counter, the epoch, the trial
        self._events = 0

    def run(self) -> Shares:
        self._give_out()
        while self._coming:
            when, _, epoch, trial = heappop(self._coming)
            self._now = max(self._now, when)
            if self._after(trial, epoch):
                self._free.append(when)
            self._give_out()
        # Who is free and was given nothing waited in vain until the last trial was begun.
        self._shares.order += sum(max(0.0, self._shares.begun - since) for since in self._free)
        return self._shares

    def _call(self, function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
        """A call of the driver, and how long it took; its clock moves by that."""
        started = time.perf_counter()
        found = function(*arguments)
        took = time.perf_counter() - started
        self._shares.driver_seconds += took
        self._now += took if self._counts else 0.0
        return found, took

    def _give_out(self) -> None:
        """Trials for all workers that are free, as far as the order gives any."""
        while self._free:
            before = self._now
            trial, took = self._call(self._search.ask)
            if trial is None:
                self._asked_in_vain = before if self._asked_in_vain is None else self._asked_in_vain
                return
            self._shares._asked += took
            self._shares.legs += 1
            self._account(self._free.pop(0), before)
            self._epoch(trial, max(trial.curve, default=0) + 1)
        self._asked_in_vain = None

    def _account(self, since: float, before: float) -> None:
        """Who a worker waited for that is given a trial now: from when it was told to wait, the order; else the driver."""
        told = before if self._asked_in_vain is None else max(since, self._asked_in_vain)
        self._shares.order += before - told
        self._shares.driver += (told - since) + (self._now - before)
        self._shares.begun = self._now

    def _epoch(self, trial: Trial, epoch: int) -> None:
        """A worker begins an epoch."""
        self._events += 1
        ends = self._now + self._seconds(trial) / trial.epochs(self._recipe)
        heappush(self._coming, (ends, self._events, epoch, trial))

    def _after(self, trial: Trial, epoch: int) -> bool:
        """Report an epoch; whether the worker is free now."""
        metrics = self._result(trial, epoch)
        goes_on, _ = self._call(self._search.report, trial.number, epoch, metrics)
        last = epoch >= trial.epochs(self._recipe)
        paused = not last and trial.until is not None and epoch >= trial.until
        if goes_on and not last and not paused:
            self._epoch(trial, epoch + 1)
            return False
        status = "stopped" if not goes_on else "paused" if paused else "finished"
        self._call(self._search.tell, trial.number, Outcome(status=status, metrics=metrics, seconds=self._seconds(trial)))
        return True


def run_in_memory(space: SearchSpace) -> Search:
    """A search whose study is nowhere but in memory."""
    store = Store(in_memory([objective.direction for objective in space.file.objectives]))
    store.note("trials", space.file.strategy.trials)
    return Search(space, store, trials=space.file.strategy.trials)


def made_up_error(trial: Trial, epoch: int) -> Metrics:
    """Follows from the network, and falls with the epochs."""
    return {"error": (trial.params % 997 / 997 + trial.depth / 50) * (2 - epoch / (epoch + 1)) / 2}


def spread(mean: float, deviation: float) -> Callable[[Trial], float]:
    """Log-normal durations of trials with this mean, `deviation` in shares of it; the same for the same trial."""
    sigma = math.sqrt(math.log(1 + deviation**2))

    def seconds(trial: Trial) -> float:
        return mean * math.exp(sigma * Random(trial.seed).gauss(0, 1) - sigma**2 / 2)

    return seconds
