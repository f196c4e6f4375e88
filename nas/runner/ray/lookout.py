"""Sees that the head of the cluster is gone, and says so before Ray ends this process without a word.

Ray waits a minute for its head and then leaves with status 1: no exception, no `finally`. Where another head answers at the
same address, which knows nothing of this cluster, it leaves as soon as it has called it. So a thread knocks at the head's
port, and holds a line to it that breaks the moment the head's process ends. A head that does not answer is waited for, as
a link may be cut for a while; one that ended is lost, even if it starts again. The search ends with an error that says how
to go on.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from types import TracebackType

from nas.errors import ClusterLost
from nas.runner.interrupt import Interrupts
from nas.runner.ray.settings import ray

PERIOD_SECONDS = 1.0
BREATH_SECONDS = 0.05  # between two calls, where nobody can be reached
PATIENCE_SECONDS = 8.0  # with a head that does not answer
LAST_SECONDS = 2.0  # for the main thread to end, where it hangs in a call to Ray
STATUS = 3


class Lookout:
    """While it is entered, a head that ended, or does not answer for some seconds, ends the search with `ClusterLost`.

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
        wait_until_gone(self._host, self._port, self._over)
        if self._over.is_set():
            return
        where = f"the head of the Ray cluster at {self._host}:{self._port} is gone"
        text = f"{where}; finished trials are kept, go on with: {self._resume}"
        self._interrupts.fail(ClusterLost(text))
        if not self._over.wait(LAST_SECONDS):
            print(f"nas: {text}", file=sys.stderr, flush=True)
            os._exit(STATUS)


def wait_until_gone(host: str, port: int, over: threading.Event) -> None:
    """Until what listens there has ended or has not answered for `PATIENCE_SECONDS`, or it is over."""
    heard = time.monotonic()
    while time.monotonic() - heard < PATIENCE_SECONDS and not over.is_set():
        try:
            line = socket.create_connection((host, port), timeout=PERIOD_SECONDS)
        except ConnectionRefusedError:  # its host is there, and says that no head is
            return
        except OSError:
            over.wait(BREATH_SECONDS)
            continue
        with line:
            if not _holds(line, PERIOD_SECONDS):  # broken by the other end, where perhaps another head answers already
                return
            heard = time.monotonic()


def _holds(line: socket.socket, seconds: float) -> bool:
    """Whether a line is still there so many seconds after the other end last said something."""
    line.settimeout(seconds)
    try:
        while line.recv(4096):
            pass
    except TimeoutError:
        return True
    except OSError:
        return False
    return False
