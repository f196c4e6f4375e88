"""What an evaluator is given beside the genome: seed, device, epochs, reports and a checkpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nas.errors import InputError
from nas.evaluate.checkpoint import Checkpoint
from nas.evaluate.fence import Fenced
from nas.evaluate.job import Job
from nas.space.settings import DataSettings, TrainSettings
from nas.storage import Storage, storage_at

if TYPE_CHECKING:
    from nas.data import Dataset

Report = Callable[[int, dict[str, float]], bool]


class StopTrial(Exception):
    """The trial is stopped: let it pass, `run_job` catches it."""


class PauseTrial(Exception):
    """The trial pauses, to go on later: let it pass, `run_job` catches it."""


class TimeLimit(Exception):
    """The trial's time is over: let it pass, `run_job` catches it."""


class NotANumber(Exception):
    """A metric is not a finite number: let it pass, `run_job` catches it."""


class NotKept(Exception):
    """What the trial wrote cannot be kept or read, as on a full disk: let it pass, `run_job` catches it."""


class Context:
    """What an evaluator may use. One context serves one call of an evaluator."""

    def __init__(self, job: Job, report: Report, *, started: float | None = None, batch_scale: int = 1) -> None:
        self.job = job
        self.seed = job.seed
        self.epochs = job.epochs
        self.metrics: dict[str, float] = {}  # the last that were reported
        self.ended: Exception | None = None  # what ended the trial, kept in case an evaluator swallows it
        self.adapts = False  # whether the evaluator has asked for batch_scale
        self.notes: list[str] = []  # what a person should know, beside the result
        self._report = report
        self._batch_scale = batch_scale
        self._started = time.monotonic() if started is None else started

    @cached_property
    def place(self) -> Storage:
        """Where what the trial leaves lies; an attempt that was given up may not write there any more."""
        place = Fenced(storage_at(self.job.checkpoints), self.job.attempt)
        place.take()
        return place

    @cached_property
    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self.place)  # on demand: an evaluator that saves nothing needs no storage

    @property
    def device(self) -> str:
        """ "cpu", "cuda:0", ...: where to compute."""
        if self.job.device != "auto":
            return self.job.device
        import torch  # on demand: an evaluator that computes nothing on a device does not wait for torch

        return "cuda:0" if torch.cuda.is_available() else "cpu"

    @property
    def batch_scale(self) -> int:
        """1, or after out-of-memory 2, 4, 8: divide the batch by it and accumulate the gradients."""
        self.adapts = True
        return self._batch_scale

    @property
    def train(self) -> TrainSettings:
        """How to train."""
        return TrainSettings.model_validate(self.job.train)

    @property
    def dataset(self) -> Dataset:
        """The data set of the job, opened once for all trials of this process."""
        from nas.evaluate.resident import dataset  # on demand: it loads NumPy

        return dataset(DataSettings.model_validate(self.job.data), cache=self.job.cache, placed=self.job.placed)

    def report(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Say what was measured after `epoch` (1, 2, ...).

        Raises `StopTrial` if the trial is not to go on, `PauseTrial` where it is to pause, `NotANumber` for a metric
        that is not finite, `TimeLimit` when the time is over and epochs are left. Let them pass. What has to be there
        when the trial goes on is saved before it reports.
        """
        self._raise_if_ended()
        numbers = self.checked(metrics, where=f" after epoch {epoch}")
        self.metrics = numbers
        if not self._report(int(epoch), dict(numbers)):
            self._end(StopTrial(f"after epoch {epoch}"))
        if epoch < self.epochs:
            if self.job.until is not None and epoch >= self.job.until:
                self._end(PauseTrial(f"after epoch {epoch}"))
            self.check_time()

    def check_time(self) -> None:
        """Raise `TimeLimit` when the trial's time is over; cheap enough for every step."""
        limit = self.job.time_limit_seconds
        if limit is not None and time.monotonic() - self._started > limit:
            self._end(TimeLimit(f"{limit:g} s are over"))

    def checked(self, metrics: object, *, where: str = "") -> dict[str, float]:
        """`metrics` as finite floats by name. Raises `NotANumber`, or `InputError` for what is no metrics."""
        if not isinstance(metrics, Mapping) or not metrics:
            raise InputError(f"metrics must be a dict of finite numbers by name, got {str(metrics)[:80]!r}{where}")
        numbers: dict[str, float] = {}
        for name, value in metrics.items():
            if not isinstance(name, str) or isinstance(value, str | bytes) or not hasattr(value, "__float__"):
                raise InputError(f"metric {str(name)[:80]!r} must be a finite number, got {str(value)[:80]!r}{where}")
            numbers[name] = float(value)
            if not math.isfinite(numbers[name]):
                self._end(NotANumber(f"{name} = {numbers[name]}{where}"))
        return numbers

    def save(self, state: dict[str, Any]) -> None:
        """Keep `state` (tensors and plain data) in place of the one before, all or nothing."""
        with self.keeping():
            self._checkpoint.save(state)

    def settle(self, state: dict[str, Any]) -> None:
        """`save` for the last time: older states are deleted."""
        with self.keeping():
            self._checkpoint.settle(state)

    def load(self) -> dict[str, Any] | None:
        """The newest whole state that was saved, tensors on the CPU, or None; one that is damaged is noted."""
        with self.keeping():
            state = self._checkpoint.load()
        if self._checkpoint.damaged:
            then = "it began again" if state is None else "it went on from the state before"
            self.notes.append(f"{'; '.join(self._checkpoint.damaged)}: {then}")
        return state

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Around what is written to the trial's folder or read from it: a full disk ends the search, and not the trial."""
        try:
            yield
        except OSError as error:
            self._end(NotKept(f"{self.job.checkpoints}: {error.strerror or error}"))

    def _end(self, error: Exception) -> None:
        self.ended = error
        raise error

    def _raise_if_ended(self) -> None:
        if self.ended is not None:
            raise self.ended
