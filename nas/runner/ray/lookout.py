"""Sees that the head of the cluster is gone, and says so before Ray ends this process without a word.

Ray waits a minute for its head and then leaves with status 1: no exception, no `finally`. A thread that knocks at the head's
port finds out in seconds, and the search ends with an error that says how to go on.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType

from nas.errors import ClusterLost
from nas.runner.interrupt import Interrupts
from nas.runner.ray.knock import listens
from nas.runner.ray.settings import ray

PERIOD_SECONDS = 1.0
PATIENCE_SECONDS = 8.0  # a head that is restarted elsewhere may take so long
LAST_SECONDS = 4.0  # for the main thread to end, where it hangs in a call to Ray
STATUS = 3


class Lookout:
    """While it is entered, a head that is gone for some seconds ends the search with `ClusterLost`.

    resume: the command that goes on with the run.
    """

    def __init__(self, interrupts: Interrupts, *, resume: str) -> None:
        self._interrupts, self._resume = interrupts, resume
        host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="nas-lookout", daemon=True)

    def __enter__(self) -> Lookout:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not ClusterLost:
            self._over.set()

    def _watch(self) -> None:
        heard = time.monotonic()
        while not self._over.wait(PERIOD_SECONDS):
            if listens(self._host, self._port, seconds=PERIOD_SECONDS):
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE_SECONDS:
                break
        else:
            return
        where = f"the head of the Ray cluster at {self._host}:{self._port} is gone"
        text = f"{where}; finished trials are kept, go on with: {self._resume}"
        self._interrupts.fail(ClusterLost(text))
        if not self._over.wait(LAST_SECONDS):
            print(f"nas: {text}", file=sys.stderr, flush=True)
            os._exit(STATUS)
