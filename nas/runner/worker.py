"""A worker: a process of its own that runs one trial after another. What befalls it costs that trial only.

The process is watched from outside, so a crash in C, a hang that holds every lock, and a kill by the kernel are all seen
and named. It lives on from trial to trial: torch is loaded and a data set opened once. A trial that ends its process is
followed by a new one.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from nas.evaluate import Job, Outcome
from nas.runner.plan import Limits

GRACE_SECONDS = 5.0  # after the time limit, for an evaluator that looks at the clock now and then
TICK_SECONDS = 1.0  # between two looks at the clock


@dataclass(frozen=True)
class Report:
    """What a trial measured after an epoch; it waits for an answer."""

    epoch: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class Death:
    """The process of a trial ended before the trial did."""

    reason: str


class Worker:
    """The parent's side of the process. One trial at a time: `begin`, then `next` and `answer` until it has ended."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection
        self._time_limit: float | None = None
        self._began = self._heard = 0.0
        self._metrics: dict[str, float] = {}

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def run(self, job: Job, report: Callable[[int, dict[str, float]], bool]) -> Outcome | Death:
        """One trial from its begin to its end; `report` says whether it goes on."""
        self.begin(job)
        while isinstance(said := self.next(), Report):
            self.answer(report(said.epoch, said.metrics))
        return said

    def begin(self, job: Job) -> None:
        """Hand a job to the process, which is started where there is none."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        self._time_limit, self._metrics = job.time_limit_seconds, {}
        self._began = self._heard = time.monotonic()
        self._send(job.to_dict())

    def next(self) -> Report | Outcome | Death:
        """Wait for what the trial says next, or for its end."""
        assert self._process is not None
        while True:
            try:
                if self._line.poll(TICK_SECONDS):
                    return self._heard_of(json.loads(self._line.recv_bytes()))
            except (EOFError, OSError):
                return self._died()
            if self._process.poll() is not None and not self._line.poll():
                return self._died()  # a process of the trial's own holds the line open
            reason = self._overdue()
            if reason:
                self.close()
                return Outcome(status="failed", reason=reason, metrics=self._metrics, seconds=time.monotonic() - self._began)

    def answer(self, goes_on: bool) -> None:
        """Say whether the trial that reported goes on."""
        self._heard = time.monotonic()
        self._send(goes_on)

    def drop(self) -> None:
        """End the trial that reported last, whatever it says to it; the process stays for the next one."""
        self.answer(False)
        while isinstance(self.next(), Report):
            self.answer(False)

    def close(self) -> None:
        """End the process, and those that a trial started in it."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.close()
        self._process = None

    def _start(self) -> None:
        self.close()
        self._line, theirs = multiprocessing.Pipe()
        handle, memory = theirs.fileno(), self._limits.memory_bytes or 0
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-P", "-m", "nas.runner.child", str(handle), str(os.getpid()), str(memory)],
                stdin=subprocess.DEVNULL,
                stdout=2,  # what a trial prints is no result of the command; -u: it is told before the process is killed
                pass_fds=[handle],
                env=os.environ | {"PYTHONPATH": search_path()},
                start_new_session=True,  # Ctrl-C is for the search, which says what becomes of its trials
            )

    def _send(self, message: Any) -> None:
        with contextlib.suppress(OSError):  # of a process that is dead; `next` says how it died
            self._line.send_bytes(json.dumps(message).encode())

    def _heard_of(self, message: dict[str, Any]) -> Report | Outcome:
        if "outcome" not in message:
            self._metrics = message["metrics"]
            return Report(message["epoch"], message["metrics"])
        outcome = Outcome(**message["outcome"])
        if outcome.reason.startswith("out of memory"):
            self.close()  # what fills its memory may still be there
        return outcome

    def _died(self) -> Death:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(TICK_SECONDS)
        status = self._process.poll()
        self.close()
        if status is None:
            return Death("error: its process closed the line to the search")
        if status < 0:
            return Death(f"error: its process was ended by {signal.Signals(-status).name}")
        return Death(f"error: its process ended with status {status}")

    def _overdue(self) -> str:
        now, limit, silence = time.monotonic(), self._time_limit, self._limits.silence_seconds
        if limit is not None and now - self._began > limit + GRACE_SECONDS:
            return f"time limit: {limit:g} s are over"
        if silence is not None and now - self._heard > silence:
            return f"time limit: no report for {silence / 60:g} minutes"
        return ""


def search_path() -> str:
    """Where this process finds modules, a person's own among them, as PYTHONPATH for another."""
    here = os.getcwd()
    return os.pathsep.join(dict.fromkeys([*(path or here for path in sys.path), here]))
