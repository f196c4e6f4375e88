"""The disk is full, or may not be written to: a clear error, nothing lost, and the search goes on when there is room (P10)."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ForkServer, Home, RealCommand, serving
from harness import RULES, Broken, check_over
from records import Record

FULL = "No space left on device"


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def server_with_torch() -> Iterator[ForkServer]:
    with serving(torch=True) as server:
        yield server


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    path = tmp_path / "disk"
    path.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path], capture_output=True).returncode
    ):
        pytest.skip("no disk can be mounted here without being root")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def remount(disk: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", disk], check=True)


def said(search: Broken) -> str:
    """The last line for a person, which there is once."""
    text = search.home.err.read_text()
    assert "Traceback" not in text
    return text.splitlines()[-1]


def unbroken(server: ForkServer, folder: Path, *settings: str) -> Path:
    """The run of the same search with all the room that it needs."""
    twin = Broken(server, Home(folder / "twin"), settings)
    assert twin.go_on() == 0
    return twin.run


def test_a_study_that_fills_the_disk_ends_the_search_and_goes_on_when_there_is_room(server, disk, tmp_path, record: Record):
    twin = unbroken(server, tmp_path, *RULES["pause"])
    search = Broken(server, Home(disk), RULES["pause"], expected=(0, 1))
    search.home.environment  # noqa: B018  its temporary folder, while there is room
    assert search.go_on() == 1
    assert f"study.journal cannot be written: {FULL}; what was finished is kept" in said(search)
    assert search.go_on() == 1  # the disk is still full
    remount(disk, "size=4m")
    assert search.go_on() == 0
    check_over(search, twin)
    promised = "one line, exit status 1, nothing lost; equal to the unbroken search when there is room"
    record("P10", "the disk full while the study is written, twice", times=2, promised=promised, found="both; tables equal")


def test_a_study_past_the_limit_of_a_file_ends_the_search(server, tmp_path, record: Record):
    twin = unbroken(server, tmp_path, *RULES["pause"])
    search = Broken(server, Home(tmp_path / "limited"), RULES["pause"], expected=(0, 1))
    for size in (60_000, 61_000, 90_000):
        pid = server.start(search.arguments(), search.home, stopped=True)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, size))
        os.kill(pid, signal.SIGCONT)
        status = server.wait(pid)
        search.note(status)
        assert status == 1 and "study.journal cannot be written: File too large" in said(search)
    assert search.go_on() == 0
    check_over(search, twin)
    record(
        "P10",
        "the study past a limit of file sizes",
        times=3,
        promised="one line, exit status 1, nothing lost",
        found="as promised",
    )


@pytest.mark.long
@pytest.mark.parametrize("engine", ["inline", "local", "ray"])
def test_a_checkpoint_that_fills_the_disk_ends_the_search_and_fails_no_trial(
    server_with_torch, disk, tmp_path, record: Record, engine
):
    settings = ("evaluator=trials:saving", "strategy.trials=8")
    twin = unbroken(server_with_torch, tmp_path, *settings)
    command = server_with_torch if engine == "inline" else RealCommand()
    profile = f"engine: {engine}\nstorage: {disk}"
    search = Broken(command, Home(tmp_path / "full"), settings, runner=profile, expected=(0, 1))
    assert search.go_on() == 1
    assert "cannot go on:" in said(search) and FULL in said(search) and "nas resume goes on" in said(search)
    remount(disk, "size=4m")
    assert search.go_on() == 0
    check_over(search, twin)
    assert not list(disk.rglob("*.tmp"))
    promised = "the search ends with one line and exit status 1; no trial fails for it"
    record(
        "P10",
        f"the disk full while a checkpoint is written (engine: {engine})",
        times=1,
        promised=promised,
        found="as promised; tables equal",
    )


def test_a_report_is_written_whole_or_not_at_all(server, disk, tmp_path, record: Record):
    remount(disk, "size=24m")
    search = Broken(server, Home(disk), ("strategy.trials=4",))
    assert search.go_on() == 0
    report = ["report", "run", "--allow-code"]
    assert server.wait(server.start(report, search.home)) == 0
    before = (search.run / "report.html").read_bytes()
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass
    assert server.wait(server.start(report, search.home)) == 1
    assert said(search) == f"nas: run/report.html: {FULL}"
    assert (search.run / "report.html").read_bytes() == before
    assert not list(search.run.glob(".report*"))
    record(
        "P10",
        "the disk full while a report is written",
        times=1,
        promised="one line; the one before is whole",
        found="as promised",
    )


def test_a_run_that_may_not_be_written_to_is_refused_and_can_still_be_shown(server, disk, record: Record):
    remount(disk, "size=4m")
    search = Broken(server, Home(disk), ("strategy.trials=12",))
    search.go_on(kill_when=9)
    arguments = search.arguments()
    home = Home(disk.parent, search.home.environment)
    arguments[1] = "disk/run"
    remount(disk, "ro")
    assert server.wait(server.start(["show", "disk/run", "--allow-code"], home)) == 0, home.err.read_text()
    assert server.wait(server.start([*arguments[:4], "local"], home)) == 2
    assert "disk/run cannot be written: Read-only file system" in home.err.read_text()
    remount(disk, "rw")
    assert search.go_on() == 0
    record(
        "P10",
        "a folder that may not be written to",
        times=1,
        promised="one line, exit status 2; nas show works",
        found="as promised",
    )
