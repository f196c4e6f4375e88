"""One process holds a lock; others are told which."""

from __future__ import annotations

import os
import socket

import pytest

from nas.errors import RunError
from nas.study.ledger.lock import DriverLock, driver

ME = f"process {os.getpid()} on {socket.gethostname()}"


def test_a_lock_that_is_held_says_by_whom_and_afterwards_nobody(tmp_path):
    path = tmp_path / "lock"
    assert driver(path) is None
    with DriverLock(path, run="my run"):
        assert driver(path) == ME
        with pytest.raises(RunError, match=f"^my run is being driven by another process: {ME}$"), DriverLock(path, run="my run"):
            pass
    assert driver(path) is None


def test_what_a_killed_process_left_in_the_file_keeps_nobody_out(tmp_path):
    (tmp_path / "lock").write_text("process 1 on somewhere-else\n")
    with DriverLock(tmp_path / "lock", run="my run"):
        assert driver(tmp_path / "lock") == ME


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RunError, match=f"{tmp_path}/none cannot be written: No such file"):
        DriverLock(tmp_path / "none" / "lock", run="my run")
