"""The process of a worker: it takes one job after another and tells what becomes of each.

Messages are JSON; no pickle goes either way. It ends with its parent, however that ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from nas.evaluate import Job, run_job

PR_SET_PDEATHSIG = 1  # of Linux: the signal that comes when the parent dies


def main(handle: int, parent: int, memory_bytes: int) -> None:
    """Run jobs that come over the line, until it ends. memory_bytes: 0 for no limit."""
    os.set_inheritable(handle, False)  # a process that an evaluator starts would hold the line open
    _end_with(parent)
    if memory_bytes:
        _limit_memory(memory_bytes)
    line = Connection(handle)
    while True:
        try:
            job = Job.from_dict(_receive(line))
        except EOFError:
            return
        outcome = run_job(job, lambda epoch, metrics: _answered(line, epoch, metrics))
        _send(line, {"outcome": outcome.to_dict()})


def _answered(line: Connection, epoch: int, metrics: dict[str, float]) -> bool:
    _send(line, {"epoch": epoch, "metrics": metrics})
    return _receive(line)


def _send(line: Connection, message: Any) -> None:
    line.send_bytes(json.dumps(message).encode())


def _receive(line: Connection) -> Any:
    return json.loads(line.recv_bytes())


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


def _limit_memory(memory_bytes: int) -> None:
    """Past the limit an allocation fails, which is an error of the trial; without one the kernel would kill the process."""
    import resource  # on demand: Windows has none

    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
