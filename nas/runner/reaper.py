"""Waits for the process that started it to end, however it ends, and then ends what that one left behind.

Run as a script of its own, without this package: python -I -S reaper.py FOLDER, with a pipe as its standard input that closes
with its starter. What was left behind are the processes that carry the mark (NAS_SCRATCH=FOLDER) in their environment, such as
Ray's agents, which outlive a killed driver by a minute, and the folder. Linux only: elsewhere nothing is found.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time

MARK = "NAS_SCRATCH"
ROUNDS = 100  # of looking for processes that were started while others ended


def main(folder: str) -> None:
    """Wait, then sweep."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    sweep(folder)


def sweep(folder: str) -> None:
    """End what carries the mark of `folder`, and delete the folder."""
    for _ in range(ROUNDS):
        left = marked(folder)
        for process in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        if not left:
            break
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def marked(folder: str) -> list[int]:
    """The processes that carry the mark, but for this one; those that are dead and not yet waited for carry none."""
    mark = f"{MARK}={folder}".encode()
    found = []
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if mark in file.read().split(b"\0"):
                    found.append(int(name))
    return found


if __name__ == "__main__":
    main(sys.argv[1])
