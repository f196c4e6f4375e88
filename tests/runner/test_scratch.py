"""A temporary folder, and processes, that end with the process that made them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nas.runner.reaper import MARK
from nas.runner.scratch import LOCK, PREFIX, scratch, sweep_forgotten

OWNER = """
import os, subprocess, sys
from nas.runner.reaper import MARK
from nas.runner.scratch import scratch
with scratch() as folder:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=os.environ | {MARK: str(folder)})
    print(folder, child.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where folders are made; short enough for the sockets in them."""
    with tempfile.TemporaryDirectory(prefix="s", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def lives(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def wait_until_gone(folder: Path, process: int) -> None:
    end = time.monotonic() + 60
    while folder.exists() or lives(process):
        assert time.monotonic() < end, "left behind"
        time.sleep(0.05)


def test_a_folder_is_of_its_user_alone_and_gone_after_its_block(place: Path):
    with scratch() as folder:
        assert folder.parent == place
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "file").write_text("x")
    assert list(place.iterdir()) == []


def test_processes_with_its_mark_end_with_it_and_others_do_not(place: Path):
    words = [sys.executable, "-c", "import time; time.sleep(600)"]
    with scratch() as folder:
        mine = subprocess.Popen(words, env=os.environ | {MARK: str(folder)})
        other = subprocess.Popen(words, env=os.environ | {MARK: f"{folder}-2"})
    try:
        assert mine.wait(timeout=60) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_an_owner_that_is_killed_leaves_neither_folder_nor_process(place: Path):
    with subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder, process = owner.stdout.readline().split()
        assert lives(int(process)) and Path(folder).exists()
        owner.kill()
    wait_until_gone(Path(folder), int(process))


def test_a_folder_whose_owner_and_reaper_are_gone_is_swept_by_the_next(place: Path):
    forgotten, alien = place / f"{PREFIX}forgotten", place / f"{PREFIX}of-something-else"
    forgotten.mkdir()
    (forgotten / LOCK).touch()
    alien.mkdir()  # without a lock: none of ours
    sweep_forgotten()
    assert list(place.iterdir()) == [alien]


def test_a_folder_whose_owner_lives_is_left_alone(place: Path):
    with scratch() as folder:
        sweep_forgotten()
        assert folder.exists()


def test_a_link_is_not_followed(place: Path, tmp_path: Path):
    (tmp_path / LOCK).touch()
    (place / f"{PREFIX}link").symlink_to(tmp_path)
    sweep_forgotten()
    assert (tmp_path / LOCK).exists()
