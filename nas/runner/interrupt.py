"""Signals that are not lost: Ctrl-C, and SIGTERM, by which a machine that is taken away says so.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. Inside a finaliser or a callback of C, of which a
runner has many, it is printed and forgotten, and the search goes on. So it is remembered too, and raised again at the next
place that looks. The second signal ends the process at once.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
HELD_SECONDS = 10.0


class Terminated(KeyboardInterrupt):
    """SIGTERM: as Ctrl-C, with another exit status."""


class Interrupts:
    """While it is entered, signals are remembered; outside of the main thread, where none arrives, it does nothing.

    final: the process ends after it, so once a signal has come the next one ends it at once, on its way out too.
    """

    def __init__(self, *, final: bool = False) -> None:
        self._final = final
        self._cause: BaseException | None = None
        self._held = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is not threading.main_thread():
            return self
        around = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
        if isinstance(around, Interrupts):
            return around
        self._before = {number: signal.getsignal(number) for number in SIGNALS}
        for number in SIGNALS:
            signal.signal(number, self._arrived)
        return self

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if isinstance(self._cause, KeyboardInterrupt):
            os._exit(128 + number)  # workers and a private Ray end with this process
        if self._cause is None:
            self._cause = Terminated() if number == signal.SIGTERM else KeyboardInterrupt()
        if not self._held:
            raise self._cause
        patience = threading.Timer(HELD_SECONDS, self._end_if_held, [128 + number])
        patience.daemon = True
        patience.start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """What happens in the block is raised after it, for what cannot be broken off half done.

        Where the block fails too, it may have failed by the signal, so that is what is raised. A block that is not over
        so many seconds after a signal is ended with the process.
        """
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self.check()

    def _end_if_held(self, status: int) -> None:
        if self._held:
            os._exit(status)

    def fail(self, error: Exception) -> None:
        """From another thread: raise `error` in the main one, wherever it waits."""
        if self._cause is None:
            self._cause = error
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def check(self) -> None:
        """Raise what has happened, if something has."""
        if self._cause is not None:
            raise self._cause

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not (self._final and isinstance(self._cause, KeyboardInterrupt)):
            for number, handler in self._before.items():
                signal.signal(number, handler)
        self._before = {}
