"""Several processes want to drive one run; one of them does, and another may look, or add its final training."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import patience
import pytest
from driving import FORK, check, drive, little, said, started
from postgres import PASSWORD, Server, server

from nas.errors import RunError
from nas.space import SearchSpace
from nas.study import Run
from nas.study.following import Following

LONG = pytest.mark.long
KINDS = ["journal", "sqlite:///study.db", "postgresql"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A private server, and the password where a person would put it."""
    with server() as one, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield one


@pytest.fixture(params=KINDS)
def study(request: pytest.FixtureRequest) -> str:
    """Where the study is; a server is started for those that need one."""
    return request.getfixturevalue("postgres").url if request.param == "postgresql" else request.param


def contend(folder: Path, begin, answers, leave) -> None:
    """Try to drive, say what came of it, and drive until told to leave."""
    run = Run.open(folder)
    begin.wait()
    try:
        with run.lock():
            answers.put((os.getpid(), ""))
            leave.wait(patience.SECONDS)
    except RunError as error:
        answers.put((os.getpid(), str(error)))


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=LONG)])
def test_of_many_drivers_at_once_one_drives_and_the_others_are_told_which(study, tmp_path, rounds, record):
    run = Run.create(tmp_path / "run", little(tmp_path), study=study)
    for turn in range(rounds):
        for count in (2, 8) if rounds == 1 else (2 + turn % 7,):
            begin, answers, leave = FORK.Barrier(count), FORK.Queue(), FORK.Event()
            drivers = [started(contend, run.folder, begin, answers, leave) for _ in range(count)]
            said_by = dict(answers.get(timeout=patience.SECONDS) for _ in drivers)
            leave.set()
            for driver in drivers:
                driver.join(patience.SECONDS)
            owners = [pid for pid, text in said_by.items() if not text]
            assert len(owners) == 1
            expected = rf"being driven by another process: process {owners[0]} on {re.escape(socket.gethostname())}$"
            assert all(re.search(expected, text) for text in said_by.values() if text), said_by
    kind = study.partition(":")[0]
    record("P11", f"2 to 8 drivers at once on one run ({kind})", times=max(2, rounds),
           promised="exactly one drives; the others are told its host and process",
           found=f"one owner each time, in {max(2, rounds)} of {max(2, rounds)}")  # fmt: skip


def hold(folder: Path, ready) -> None:
    """Drive and do nothing."""
    with Run.open(folder).lock():
        ready.set()
        time.sleep(patience.SECONDS)


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=LONG)])
def test_the_lock_of_a_killed_driver_is_free_at_once(study, tmp_path, times, record):
    run = Run.create(tmp_path / "run", little(tmp_path), study=study)
    longest = 0.0
    for _ in range(times):
        ready = FORK.Event()
        driver = started(hold, run.folder, ready)
        assert ready.wait(patience.SECONDS)
        os.kill(driver.pid, signal.SIGKILL)
        began = time.monotonic()
        driver.join()
        while True:
            try:
                with run.lock():
                    break
            except RunError:
                assert time.monotonic() - began < 30
        longest = max(longest, time.monotonic() - began)
    assert longest < 5  # 0.2 s where nothing else runs; Optuna's own lock of a journal takes 30
    record("P11", f"a driver killed, another takes over ({study.partition(':')[0]})", times=times,
           promised="the lock is free within 1 s", found=f"after {1000 * longest:.0f} ms at most")  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_copies_of_a_folder_share_the_lock_of_their_study(request, tmp_path, kind, record):
    url = f"sqlite:///{tmp_path}/studies.db" if kind == "sqlite" else request.getfixturevalue("postgres").url
    run = Run.create(tmp_path / "run", little(tmp_path), study=url)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("search.yaml", "study.url"):
        (copy / name).write_bytes((run.folder / name).read_bytes())
    if kind == "sqlite":  # and the same database by another name
        (tmp_path / "link.db").symlink_to(tmp_path / "studies.db")
        (copy / "study.url").write_text(str(run.store.url).replace("studies.db", "link.db"))
    ready = FORK.Event()
    driver = started(hold, run.folder, ready)
    assert ready.wait(patience.SECONDS)
    try:
        with pytest.raises(RunError, match=rf"driven by another process: process {driver.pid} on "), Run.open(copy).lock():
            pass
        assert Following(str(Run.open(copy).store.url)).driver() == f"process {driver.pid} on {socket.gethostname()}"
    finally:
        driver.kill()
        driver.join()
    assert Following(str(run.folder)).driver() is None
    with Run.open(copy).lock():
        pass
    record("P11", f"two drivers by two copies of a run's folder, one study ({kind})", times=1,
           promised="the second is refused", found="refused, with the first's host and process")  # fmt: skip


def make(folder: Path, space: SearchSpace, begin, answers) -> None:
    """Try to make a run."""
    begin.wait()
    try:
        Run.create(folder / "run", space)
        answers.put("")
    except RunError as error:
        answers.put(str(error))


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=LONG)])
def test_of_many_that_make_one_run_at_once_one_does(tmp_path, rounds):
    for turn in range(rounds):
        folder = tmp_path / str(turn)
        folder.mkdir()
        space = little(folder)
        begin, answers = FORK.Barrier(4), FORK.Queue()
        makers = [started(make, folder, space, begin, answers) for _ in range(4)]
        texts = [answers.get(timeout=patience.SECONDS) for _ in makers]
        for maker in makers:
            maker.join(patience.SECONDS)
        assert sorted(bool(text) for text in texts) == [False, True, True, True], texts
        assert Run.open(folder / "run").trials == []


def final(folder: Path, count: int) -> None:
    """Note final trainings, one after another, as `nas train` does while a search goes on."""
    run = Run.open(folder)
    for number in range(count):
        run.store.note(f"final:{number}", {"metrics": {"test_error": number / 100}})


def test_a_final_training_adds_its_note_while_the_search_goes_on(study, tmp_path, record):
    space = little(tmp_path, "strategy.trials=8")
    twin = Run.create(tmp_path / "twin", space)
    drive(twin.folder)
    run = Run.create(tmp_path / "run", space, study=study)
    told = tmp_path / "told"
    driver, noting = started(drive, run.folder, told=told), started(final, run.folder, 20)
    for process in (driver, noting):
        process.join(patience.SECONDS)
        assert process.exitcode == 0
    again = Run.open(run.folder)
    check(again, twin, told)
    assert again.store.finals() == {str(number): {"metrics": {"test_error": number / 100}} for number in range(20)}
    record("P11", f"another process adds notes of final trainings meanwhile ({study.partition(':')[0]})", times=20,
           promised="both are whole", found=f"20 of 20 notes, {len(said(told))} of {len(said(told))} trials")  # fmt: skip


def test_who_watches_neither_hinders_the_driver_nor_sees_half_of_anything(study, tmp_path):
    space = little(tmp_path, "strategy.trials=8")
    twin = Run.create(tmp_path / "twin", space)
    drive(twin.folder)
    run = Run.create(tmp_path / "run", space, study=study)
    told = tmp_path / "told"
    followed = Following(str(run.folder))
    driver = started(drive, run.folder, told=told, seconds=0.01)
    seen: dict[int, list[str]] = {}
    looks = 0
    while not followed.over:
        for trial in followed.changed():
            seen.setdefault(trial.number, []).append(trial.state)
        looks += 1
        assert driver.is_alive() or driver.exitcode == 0
    driver.join(patience.SECONDS)
    check(Run.open(run.folder), twin, told)
    assert looks > 5
    assert {number: states[-1] for number, states in seen.items()} == {trial.number: trial.state for trial in twin.trials}


def test_a_look_at_the_lock_refuses_no_driver(tmp_path):
    run = Run.create(tmp_path / "run", little(tmp_path))
    followed, stop = Following(str(run.folder)), threading.Event()

    def look() -> None:
        while not stop.is_set():
            followed.driver()

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(200):
            with run.lock():
                pass
    finally:
        stop.set()
        for watcher in watchers:
            watcher.join()
