"""One process drives a run: the second is told which one does."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from pathlib import Path

from nas.errors import RunError

FILE = "driver.lock"  # in a run's folder
_SECONDS = 2.0  # in which whoever took the lock says who it is


class DriverLock:
    """The lock of a file is the kernel's, so it ends with the process, however that ends; `run`: as errors call it."""

    def __init__(self, path: Path, *, run: object) -> None:
        self._run = run
        try:
            self._file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")  # noqa: SIM115  until `__exit__`
        except OSError as error:
            raise RunError(f"{path.parent} cannot be written: {error.strerror}") from None

    def __enter__(self) -> DriverLock:
        until = time.monotonic() + _SECONDS
        while not self._taken():
            name = _name_in(self._file.fileno())
            # What a killed process left behind is there until the next one has written its own name over it.
            if _lives(name) or time.monotonic() > until:
                self._file.close()
                raise RunError(f"{self._run} is being driven by another process: {name or 'it does not say which'}")
            time.sleep(0.01)
        self._write(f"process {os.getpid()} on {socket.gethostname()}\n")
        return self

    def __exit__(self, *error: object) -> None:
        self._write("")
        self._file.close()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _write(self, text: str) -> None:
        os.ftruncate(self._file.fileno(), 0)
        os.pwrite(self._file.fileno(), text.encode(), 0)


def driver(path: Path) -> str | None:
    """The process that holds the lock of a file, on this machine or on another that shares it; None: there is none."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _name_in(file.fileno()) or "a process"
    return None


def _name_in(file: int) -> str:
    return os.pread(file, 200, 0).decode(errors="replace").strip()


def _lives(name: str) -> bool:
    """Whether a process of this name may still be there: of another machine one cannot know."""
    number, _, host = name.removeprefix("process ").partition(" on ")
    if not (number.isdecimal() and host):
        return False
    return host != socket.gethostname() or Path(f"/proc/{number}").exists()
