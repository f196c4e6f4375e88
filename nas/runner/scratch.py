"""A temporary folder, and processes, that end with this process, however it ends.

A second process (`nas.runner.reaper`) watches this one. Should both be killed at once, as when a machine loses its power, the
folder is swept by the next search: the lock in it is the kernel's, and free.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nas.runner import reaper

PREFIX = "nas-"
LOCK = "owner.lock"
DEEP = 24  # bytes of a path: a socket's has at most 107, and Ray adds 70
SWEEP_SECONDS = 15.0  # after which the reaper is left to itself


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder of this user's alone. Processes whose environment says NAS_SCRATCH=FOLDER end with this block."""
    sweep_forgotten()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_parent()))
    with open(folder / LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        watcher = subprocess.Popen(
            [sys.executable, "-I", "-S", reaper.__file__, str(folder)],
            stdin=subprocess.PIPE,
            pass_fds=[lock.fileno()],  # the folder has an owner until it is swept
            start_new_session=True,
        )
        assert watcher.stdin is not None
        try:
            yield folder
        finally:
            watcher.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                watcher.wait(SWEEP_SECONDS)


def _parent() -> str:
    """Where temporary folders are made; /tmp, where that is too deep for the sockets that Ray makes in them."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= DEEP or not os.path.isdir("/tmp") else "/tmp"


def sweep_forgotten() -> None:
    """Delete folders whose owners were killed together with their reapers."""
    for folder in Path(_parent()).glob(f"{PREFIX}*"):
        try:
            mine = folder.stat().st_uid == os.getuid()
            lock = os.open(folder / LOCK, os.O_RDWR) if mine and not folder.is_symlink() else -1
        except OSError:
            continue  # another's, without a lock, or gone
        if lock < 0:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            reaper.sweep(str(folder))
        except OSError:
            continue  # its owner lives
        finally:
            os.close(lock)
