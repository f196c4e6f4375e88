"""Ctrl-C, SIGTERM and SIGKILL for the driver: what is kept, what it says, how it ends, and that nothing is left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import patience
import pytest
from settled import check_settled
from test_workers import SPACE

import nas

HERE = Path(__file__).parent
SETTLED = ("finished", "failed", "stopped")
RUNNERS = {"local": "name: one\nengine: local\n", "ray": "name: two\nengine: ray\nworkers: 2\n"}


@dataclass
class Driver:
    """The command in a process of its own; all its processes carry a mark, and its temporary files a folder."""

    folder: Path
    temporary: Path
    process: subprocess.Popen[str]

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def told(self) -> str:
        return (self.folder / "told").read_text()

    @property
    def lines(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def wait_for_epochs(self, count: int) -> None:
        end = time.monotonic() + patience.SECONDS
        while sum(line.startswith("epoch") for line in self.lines) < count:
            assert time.monotonic() < end and self.process.poll() is None, self.told
            time.sleep(0.02)

    def left(self, *, seconds: float = 5.0) -> list[str]:
        """Processes with the mark and temporary folders that are there after so many seconds."""
        end = time.monotonic() + seconds
        while (found := marked(self.folder) + [str(path) for path in self.temporary.iterdir()]) and time.monotonic() < end:
            time.sleep(0.1)
        return found


def marked(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if f"FAULTS_MARK={folder}\0".encode() in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.fixture
def driver(tmp_path: Path, short_folder: Path):
    """Starts a search on a runner, whose trials take 3 epochs of so many seconds."""
    started: list[subprocess.Popen[str]] = []

    def start(engine: str, *, epoch_seconds: float = 0.3, command: tuple[str, ...] = ()) -> Driver:
        (tmp_path / "struck.yaml").write_text(SPACE)
        (tmp_path / "runner.yaml").write_text(RUNNERS[engine])
        environment = os.environ | {
            "PYTHONPATH": str(HERE),
            "FAULTS_MARK": str(tmp_path),
            "LOG": str(tmp_path / "log"),
            "STRIKE": "raises:-1:0",
            "SAVES": "json",
            "EPOCH_SECONDS": str(epoch_seconds),
            "TMPDIR": str(short_folder),
            "OMP_NUM_THREADS": "1",
        }
        command = command or ("search", str(tmp_path / "struck.yaml"), "--out", str(tmp_path / "run"))
        options = ("--runner", str(tmp_path / "runner.yaml"), "--allow-code")
        with (tmp_path / "told").open("w") as told:
            words = [sys.executable, "-m", "nas", *command, *options]
            process = subprocess.Popen(words, env=environment, stdout=told, stderr=told, text=True, start_new_session=True)
        started.append(process)
        return Driver(tmp_path, short_folder, process)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def check_resumable(before: Driver, start, *, epochs: int) -> None:
    """Nothing finished is lost or trained again, what ran goes on from its checkpoint, and the search comes to its end."""
    finished = {trial.number for trial in nas.Run.open(before.run, allow_code=True).trials if trial.state in SETTLED}
    old = len(before.lines)
    after = start("local", epoch_seconds=0, command=("resume", str(before.run)))
    assert after.process.wait(patience.SECONDS) == 0, after.told
    run = nas.Run.open(before.run, allow_code=True)
    assert [trial.state for trial in run.trials] == ["finished"] * len(run.trials) and len(run.trials) == 6
    check_settled(run)
    again = {int(line.split()[1]) for line in after.lines[old:]}
    assert not again & finished
    trained = [tuple(line.split()[1::2]) for line in after.lines if line.startswith("epoch")]
    assert len(trained) - len(set(trained)) <= epochs  # an epoch whose checkpoint was written is not trained again


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.long)])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_one_signal_ends_a_search_that_can_be_resumed(driver, record, engine, number, status):
    found = driver(engine)
    found.wait_for_epochs(4)
    began = time.monotonic()
    found.process.send_signal(number)
    assert found.process.wait(patience.SECONDS) == status, found.told
    seconds = time.monotonic() - began
    assert f"nas resume {found.run}" in found.told
    assert "Traceback" not in found.told
    assert not found.left()
    states = {trial.state for trial in nas.Run.open(found.run, allow_code=True).trials}
    assert "running" in states
    check_resumable(found, driver, epochs=2)
    record(
        "P21",
        f"{number.name} once, {engine}",
        times=1,
        promised=f"status {status}, says how to resume, nothing left",
        found=f"ended in {seconds:.1f} s; 0 processes, 0 folders left",
    )


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.long)])
def test_the_second_signal_ends_it_at_once(driver, record, engine):
    found = driver(engine, epoch_seconds=2.0 if engine == "local" else 0.3)
    found.wait_for_epochs(1)
    os.kill(found.process.pid, signal.SIGSTOP)  # so that both arrive before either is heard
    found.process.send_signal(signal.SIGINT)
    os.kill(found.process.pid, signal.SIGCONT)
    time.sleep(0.05)
    began = time.monotonic()
    found.process.send_signal(signal.SIGINT)
    status = found.process.wait(patience.SECONDS)
    # It may have been on its way out already: Python takes its handlers away then, and the signal itself ends it.
    assert status == 130 or (status == -signal.SIGINT and "nas resume" in found.told)
    seconds = time.monotonic() - began
    assert seconds < 10
    assert not found.left()
    check_resumable(found, driver, epochs=2)
    record(
        "P21", f"SIGINT twice, {engine}", times=1, promised="ends at once, nothing left", found=f"{seconds:.1f} s, nothing left"
    )


@pytest.mark.parametrize("engine", [pytest.param("local", marks=pytest.mark.long), "ray"])
def test_a_killed_driver_leaves_no_process_and_no_folder(driver, record, engine):
    found = driver(engine)
    found.wait_for_epochs(2)
    assert len(marked(found.folder)) > 1
    found.process.kill()
    found.process.wait()
    began = time.monotonic()
    assert not found.left()
    seconds = time.monotonic() - began
    check_resumable(found, driver, epochs=2)
    record(
        "P21",
        f"SIGKILL of the driver, {engine}",
        times=1,
        promised="no process left after 5 s",
        found=f"none after {seconds:.1f} s",
    )


def begun(found: Driver, what: str) -> bool:
    """Whether a private Ray starts its head, or its connection to this process, whose first deed is to open a log."""
    if what == "its head":
        return any("gcs_server" in process for process in marked(found.folder))
    return any(found.temporary.glob("nas-*/ray/session_2*/logs/python-core-driver*"))


@pytest.mark.parametrize("moment", ["its head", "its connection"])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_ray_starts_is_ours_and_not_rays(driver, record, number, status, moment):
    found = driver("ray")
    end = time.monotonic() + patience.SECONDS
    while not begun(found, moment):
        assert time.monotonic() < end and found.process.poll() is None, found.told
        time.sleep(0.002)
    os.killpg(found.process.pid, number)  # to all of its group, as a terminal and `timeout` do
    assert found.process.wait(patience.SECONDS) == status, found.told
    assert f"nas resume {found.run}" in found.told
    assert not found.left()
    record(
        "P21",
        f"{number.name} to the process group while a private Ray starts {moment}",
        times=1,
        promised="ends with its status, says how to resume",
        found=f"status {status}, 0 left",
    )


@pytest.mark.parametrize("times", [4, pytest.param(100, marks=pytest.mark.long)])
def test_signals_at_random_times(driver, record, times):
    """At any moment from the first import to the last write. Before Python's own start the signal is Python's."""
    chance, statuses, slowest = random.Random(times), set(), 0.0
    for round_ in range(times):
        found = driver("ray" if round_ % 10 == 9 else "local", epoch_seconds=0.02)
        number = chance.choice([signal.SIGINT, signal.SIGTERM])
        time.sleep(chance.uniform(0.3, 4.0))
        began = time.monotonic()
        found.process.send_signal(number)
        status = found.process.wait(patience.SECONDS)
        slowest = max(slowest, time.monotonic() - began)
        statuses.add(status)
        assert status in (0, 128 + number, -number), found.told
        assert not found.left()
        if (found.run / "study.journal").exists():
            check_resumable(found, driver, epochs=2)
        for name in ("run", "log"):
            path = found.folder / name
            if path.exists():
                path.rename(found.folder / f"{name}{round_}")
    record(
        "P21",
        "SIGINT or SIGTERM at random times",
        times=times,
        promised="0 processes and folders left, the search resumes",
        found=f"0 left; slowest end {slowest:.1f} s",
    )


def test_a_folder_whose_owner_and_reaper_were_killed_is_swept_by_the_next_search(short_folder, monkeypatch):
    from nas.runner import scratch

    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))
    forgotten = short_folder / "nas-forgotten"
    forgotten.mkdir()
    (forgotten / scratch.LOCK).touch()
    other = short_folder / "nas-of-somebody"
    other.mkdir()
    with scratch.scratch() as folder, scratch.scratch() as second:
        assert not forgotten.exists()
        assert folder.is_dir() and second.is_dir()
    assert sorted(path.name for path in short_folder.iterdir()) == ["nas-of-somebody"]
