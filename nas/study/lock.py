"""One process drives a run: the second is told which one does."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from nas.errors import RunError


class DriverLock:
    """One process drives a run. The lock is the kernel's, so it ends with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._file = open(folder / "driver.lock", "a+")  # noqa: SIM115  held until `__exit__`
        except OSError as error:
            raise RunError(f"{folder} cannot be written: {error.strerror}") from None

    def __enter__(self) -> DriverLock:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read().strip()
            self._file.close()
            raise RunError(f"{self._folder} is being driven by another process: {holder}") from None
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        self._file.flush()
        return self

    def __exit__(self, *error: object) -> None:
        self._file.truncate(0)
        self._file.close()
