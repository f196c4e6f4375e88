"""A study in a database that goes away, is locked, is cut off, refuses, or is of another version."""

from __future__ import annotations

import os
import random
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import patience
import pytest
from driving import check, drive, little, said, started
from postgres import PASSWORD, Server, server
from proxy import Place, proxy

from nas.database_url import parse
from nas.errors import InputError, MissingExtraError, RunError, SearchError
from nas.space import SearchSpace
from nas.study import Run
from nas.study.folder.home import location_of
from nas.study.following import studies
from nas.study.ledger import database, store
from nas.study.ledger import ledger as ledgers
from nas.study.other_runs import earlier, reuse

LONG = pytest.mark.long


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A private server, and the password where a person would put it."""
    with server() as one, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield one


def pair(folder: Path, study: str, *overrides: str) -> tuple[Run, Run]:
    """A run whose study is in a database, and its twin with a journal, which was driven to its end."""
    space = little(folder, *overrides)
    twin = Run.create(folder / "twin", space)
    drive(twin.folder)
    return Run.create(folder / "run", space, study=study), twin


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=LONG)])
def test_a_server_that_crashes_again_and_again_loses_nothing(postgres, tmp_path, times, record):
    run, twin = pair(tmp_path, postgres.url, "strategy.trials=20")
    told = tmp_path / "told"
    driver = started(drive, run.folder, told=told, seconds=0.02)
    for _ in range(times):
        time.sleep(0.4)
        postgres.restart(away=0.3)
        if not driver.is_alive():
            driver = started(drive, run.folder, told=told, seconds=0.02)  # it came to its end: crashes while nothing runs
    driver.join(patience.SECONDS)
    assert driver.exitcode == 0
    check(Run.open(run.folder), twin, told)
    record("P10", "PostgreSQL stopped as by a crash (immediate) during a run, and started again", times=times,
           promised="the run waits and goes on; nothing acknowledged is lost",
           found=f"0 of {len(said(told))} acknowledged trials lost, 0 doubled, the table is the unbroken run's")  # fmt: skip


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=LONG)])
def test_connections_that_are_cut_at_any_time_lose_nothing(postgres, tmp_path, times, record):
    run, twin = pair(
        tmp_path,
        postgres.url,
        f"strategy.trials={40 if times < 100 else 400}",
        "network.width={int: [4, 64]}",
        "budget.params=900k",
    )
    told = tmp_path / "told"
    driver = started(drive, run.folder, told=told, seconds=0.005)
    while not said(told):
        time.sleep(0.01)
    cut = 0
    while cut < times and driver.is_alive():
        time.sleep(random.uniform(0.05, 0.6))  # no faster than one can connect again
        cut += postgres.cut()
    driver.join(patience.SECONDS)
    assert driver.exitcode == 0
    assert cut >= times // 4  # on a fast machine the search ends before they are all made
    check(Run.open(run.folder), twin, told)
    record("P10", "connection to PostgreSQL ended by the server at random times", times=cut,
           promised="reconnects, takes its lock again; nothing lost or doubled",
           found=f"0 of {len(said(told))} acknowledged trials lost, 0 doubled")  # fmt: skip


@pytest.mark.parametrize(
    ("place", "every"),
    [("before its answer", 4), *(pytest.param(place, n, marks=LONG) for place in get_args(Place) for n in (3, 5, 7, 11))],
)
def test_a_commit_that_was_cut_off_is_neither_lost_nor_doubled(postgres, tmp_path, place, every, record):
    run, twin = pair(tmp_path, postgres.url)
    told = tmp_path / "told"
    with proxy(postgres.port, place) as wire:
        url = run.folder / "study.url"
        url.write_text(url.read_text().replace(str(postgres.port), str(wire.port)))
        driver = started(drive, run.folder, told=told, seconds=0.01)
        while not said(told):
            time.sleep(0.01)
        wire.every = every
        driver.join(patience.SECONDS)
        wire.every = 0
        assert driver.exitcode == 0
        check(Run.open(run.folder), twin, told)
    assert wire.cuts >= 5
    record("P10", f"the connection cut at one COMMIT in {every}, {place}", times=wire.cuts,
           promised="what was written is found, what was not is written", found="0 lost, 0 doubled")  # fmt: skip


def test_a_server_that_stays_away_ends_the_search_and_a_resume_goes_on(postgres, tmp_path, record):
    run, twin = pair(tmp_path, postgres.url)
    told, errors = tmp_path / "told", tmp_path / "errors"

    def until_it_stops() -> None:
        with pytest.raises(SearchError, match="it was away for 2 s") as caught:
            drive(run.folder, told=told, seconds=0.02, patience=2)
        errors.write_text(str(caught.value))

    driver = started(until_it_stops)
    while len(said(told)) < 3:
        time.sleep(0.05)
    postgres.stop()
    driver.join(patience.SECONDS)
    postgres.start()
    assert driver.exitcode == 0
    assert errors.read_text().endswith(f"What was finished is kept; when it is back: nas resume {run.folder}")
    drive(run.folder, told=told)
    check(Run.open(run.folder), twin, told)
    record("P10", "PostgreSQL away for longer than a run waits (set to 2 s; 60 s as shipped)", times=1,
           promised="a clean stop that says how to resume", found="stopped after 2 s, resumed, nothing lost")  # fmt: skip


@pytest.mark.parametrize("seconds", [3, pytest.param(30, marks=LONG)])
def test_a_file_that_another_process_locks_is_waited_for(tmp_path, seconds, record, monkeypatch):
    if seconds < 10:
        monkeypatch.setattr(database, "BUSY_SECONDS", 1)  # so that our own waiting is tried as well
    run, twin = pair(tmp_path, "sqlite:///study.db", "strategy.trials=8")
    told = tmp_path / "told"
    driver = started(drive, run.folder, told=told, seconds=0.02)
    while len(said(told)) < 2:
        time.sleep(0.05)
    other = sqlite3.connect(run.folder / "study.db", isolation_level=None, timeout=20)
    other.execute("begin exclusive")
    before = len(said(told))
    time.sleep(seconds)
    assert len(said(told)) <= before + 1
    other.execute("rollback")
    other.close()
    driver.join(patience.SECONDS)
    assert driver.exitcode == 0
    check(Run.open(run.folder), twin, told)
    record("P10", f"the file of SQLite locked by another process for {seconds} s", times=1,
           promised="the run waits and goes on", found="0 lost, 0 doubled")  # fmt: skip


def test_a_host_that_never_answers_is_an_error_within_ten_seconds(tmp_path, record):
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://someone@127.0.0.1:{silent.getsockname()[1]}/studies"
        began = time.monotonic()
        with pytest.raises(RunError, match="is it running, and may this machine reach it"):
            database.reach(parse(url))
        seconds = time.monotonic() - began
    assert seconds < 10
    record("P10", "a host that takes a connection and says nothing", times=1, promised="an error within 10 s, nothing started",
           found=f"refused after {seconds:.1f} s")  # fmt: skip


def test_a_run_in_a_database_is_learned_from_and_reused_by_its_url(postgres, tmp_path, monkeypatch):
    first = Run.create(tmp_path / "first", little(tmp_path, "objectives=[error]"), study=postgres.url)
    drive(first.folder)
    url = str(first.store.url)
    second = little(tmp_path, "objectives=[error]", f"strategy.reuse=['{url}']", f"strategy.learn_from=['{url}']")
    taken = reuse.sources(second, None)[0].results
    assert [result.origin for result in taken] == [f"{url}, trial {t.number}" for t in first.trials if t.state == "finished"]
    assert len(earlier.sources(second)[0].results) == len(taken)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    for sources in (lambda: reuse.sources(second, None), lambda: earlier.sources(second)):
        with pytest.raises(InputError, match=r"password authentication failed .*; set PGPASSWORD") as caught:
            sources()
        assert PASSWORD not in str(caught.value)


def test_a_study_that_was_begun_in_a_server_is_taken_away_when_its_run_is_made_again(postgres, tmp_path):
    def die(folder: Path, space: SearchSpace) -> None:
        store.Store.create = lambda *a, create=store.Store.create, **named: [create(*a, **named), os.kill(os.getpid(), 9)]
        Run.create(folder, space, study=postgres.url)

    space = little(tmp_path)
    for _ in range(2):
        maker = started(die, tmp_path / "begun", space)
        maker.join(patience.SECONDS)
        assert maker.exitcode == -signal.SIGKILL
    assert len(of_name(postgres, "begun")) == 1
    run = Run.create(tmp_path / "begun", space, study=postgres.url)
    assert of_name(postgres, "begun") == [run.store.url.study]


def of_name(server: Server, name: str) -> list[str]:
    """The studies of the runs of a name."""
    return [listed.url.study for listed in studies(parse(server.url)) if listed.url.study.startswith(f"{name}-")]


def refused(study: str, folder: Path) -> str:
    with pytest.raises(RunError) as caught:
        Run.create(folder / "refused", little(folder), study=study)
    assert not (folder / "refused" / "study.url").exists()
    return str(caught.value)


def test_what_a_database_refuses_is_one_line_that_says_what_would_do(postgres, tmp_path, monkeypatch, record):
    postgres.sql("create role guest login password 'guest-secret'")
    where = f"127.0.0.1:{postgres.port}"
    assert "createdb" in refused(f"postgresql://sweeps@{where}/nowhere", tmp_path)
    assert "set PGPASSWORD or write ~/.pgpass" in refused(f"postgresql://guest@{where}/studies", tmp_path)
    monkeypatch.setenv("PGPASSWORD", "guest-secret")
    postgres.sql("create database closed")
    text = refused(f"postgresql://guest@{where}/closed", tmp_path)
    assert "GRANT" in text
    assert "\n" not in text and "guest-secret" not in text
    monkeypatch.delenv("PGPASSWORD")
    assert "set PGPASSWORD or write ~/.pgpass" in refused(postgres.url, tmp_path)
    record("P10", "a database that is missing, a user without rights, a wrong password, none", times=4,
           promised="one line that says what would do", found="4 of 4")  # fmt: skip


def test_without_its_driver_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'deepwide\[postgresql\]'"):
        Run.create(tmp_path / "run", little(tmp_path), study="postgresql://me@127.0.0.1/studies")


@pytest.mark.parametrize(("revision", "advice"), [("v2.6.0.a", "optuna storage upgrade"), ("v99.0.0.a", "of a newer Optuna")])
def test_tables_of_another_optuna_are_refused(tmp_path, revision, advice):
    run = Run.create(tmp_path / "run", little(tmp_path), study="sqlite:///study.db")
    with sqlite3.connect(run.folder / "study.db") as file:
        file.execute("update alembic_version set version_num = ?", (revision,))
    file.close()
    with pytest.raises(RunError, match=advice):
        Run.open(run.folder)


def test_a_run_of_a_newer_version_is_refused(tmp_path):
    run = Run.create(tmp_path / "run", little(tmp_path))
    run.store.note("schema", "nas.run/2")
    run.store.note("versions", {"deepwide": "9.1"})
    with pytest.raises(
        RunError, match=r"was written by another version of deepwide \(9\.1; nas\.run/2, not nas\.run/1\): install that one"
    ):
        Run.open(run.folder)


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be taken for one" * 40])
def test_a_damaged_file_of_sqlite_is_named(tmp_path, content):
    run = Run.create(tmp_path / "run", little(tmp_path), study="sqlite:///study.db")
    (run.folder / "study.db").write_bytes(content)
    with pytest.raises(RunError, match=r"study\.db: "):
        Run.open(run.folder)


def test_a_study_that_is_not_there_any_more_is_named(tmp_path):
    run = Run.create(tmp_path / "run", little(tmp_path), study="sqlite:///study.db")
    where = location_of(run.folder)
    run.store._storage.delete_study(run.store._study._study_id)
    with pytest.raises(RunError, match=f"has no study '{where.study}'"):
        ledgers.open_(where)


def test_a_killed_server_is_told_of_once_and_its_return_too(postgres, tmp_path, caplog):
    run = Run.create(tmp_path / "run", little(tmp_path), study=postgres.url)
    postgres.stop(signal.SIGQUIT)
    back = threading.Timer(1.5, postgres.start)
    back.start()
    run.store.note("mark", 1)
    back.join()
    assert len(caplog.messages) == 2
    assert caplog.messages[0].endswith("(waiting up to 60 s)")
    assert caplog.messages[1].startswith("the database is back after ")
    assert run.store.about()["mark"] == 1
