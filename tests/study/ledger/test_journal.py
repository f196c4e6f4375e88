"""The journal: lines that a killed process did not finish, and a lock that ends with its process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import optuna
import pytest
from helpers import drive, table

from nas.errors import RunError
from nas.study import Run
from nas.study.ledger.journal import HEAD, Journal, journal, locked


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_last_line_that_was_not_finished_is_cut_off_and_the_search_goes_on(start, cut):
    unbroken, torn = start(), start()
    drive(unbroken.search())
    search = torn.search()
    first = search.ask()
    del search
    path = torn.folder / "study.journal"
    content = path.read_bytes()
    path.write_bytes(content + content.splitlines(keepends=True)[-1][:-cut])
    again = Run.open(torn.folder).search()
    assert again.trials[0].number == first.number
    drive(again)
    assert table(Run.open(torn.folder)) == table(unbroken)


def _hold(path, ready) -> None:
    with locked(path):
        ready.set()
        time.sleep(60)


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    optuna.create_study(storage=journal(tmp_path / "study.journal"))
    process = context.Process(target=_hold, args=(tmp_path / "study.journal", ready))
    process.start()
    assert ready.wait(30)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    began = time.monotonic()
    optuna.create_study(storage=journal(tmp_path / "study.journal"))
    assert time.monotonic() - began < 10  # Optuna's own lock takes 30 s


def test_a_study_that_is_none_is_refused_by_name(start):
    run = start()
    path = run.folder / "study.journal"
    path.write_text('{"op_code": 99}\nnonsense\nnonsense\n')
    with pytest.raises(RunError, match=r"study\.journal: line 1 is not what was written"):
        Run.open(run.folder)


LOGS = [{"op_code": 2, "worker_id": "w", "study_id": 0, "user_attr": {"a": number}} for number in range(4)]


def written(path, logs=LOGS) -> list[bytes]:
    """A journal of these logs; its lines."""
    for log in logs:
        Journal(path).append_logs([log])
    return path.read_bytes().splitlines(keepends=True)


def read(path) -> list[int]:
    return [log["user_attr"]["a"] for log in Journal(path).read_logs(0)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b":1}", b":7}"), *lines[3:]], "line 3 is not what was written"),
        (lambda lines: [*lines[:2], *lines[3:]], "line 3 is not"),
        (lambda lines: [*lines[:2], lines[3], lines[2], lines[4]], "line 3 is not"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "line 4 is not"),
        (lambda lines: lines[:-1], r"ends after \d+ bytes, and \d+ were written: the 3 before are whole"),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], "line 5 is not"),
        (lambda lines: lines[:1], "the 0 before are whole"),
        (lambda lines: lines[1:], "line 1 is not"),
    ],
    ids=["changed", "left out", "exchanged", "twice", "last line gone", "last line cut", "all gone", "first line gone"],
)
def test_a_journal_that_was_changed_is_refused_by_its_line(tmp_path, change, complaint):
    path = tmp_path / "study.journal"
    path.write_bytes(b"".join(change(written(path))))
    with pytest.raises(RunError, match=rf"study\.journal:? .*{complaint}"):
        read(path)


@pytest.mark.parametrize("torn", [b"", b"{", b'{"op_code":2', b"\0" * 99, b'{"op_code":2}\n'])
def test_what_a_killed_writer_left_behind_the_last_line_is_overwritten(tmp_path, torn):
    path = tmp_path / "study.journal"
    content = b"".join(written(path))
    path.write_bytes(content + torn)
    assert read(path) == [0, 1, 2, 3]
    Journal(path).append_logs([LOGS[0]])
    assert read(path) == [0, 1, 2, 3, 0]


def test_a_line_that_was_written_before_the_first_one_said_so_counts(tmp_path):
    path, longer = tmp_path / "study.journal", tmp_path / "longer.journal"
    before = b"".join(written(path))
    path.write_bytes(before[:HEAD] + b"".join(written(longer, [*LOGS, *LOGS]))[HEAD:])
    assert read(path) == [0, 1, 2, 3] * 2
    Journal(path).append_logs([LOGS[2]])
    assert read(path) == [0, 1, 2, 3, 0, 1, 2, 3, 2]


def test_optunas_own_reader_reads_it(tmp_path):
    path = tmp_path / "study.journal"
    optuna.create_study(storage=journal(path), study_name="search").set_user_attr("space", "mine")
    theirs = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    assert optuna.load_study(storage=theirs, study_name="search").user_attrs == {"space": "mine"}


def test_two_writers_write_one_chain(tmp_path):
    path = tmp_path / "study.journal"
    one, other = Journal(path), Journal(path)
    for log in LOGS:
        one.append_logs([log])
        other.append_logs([log])
    assert [log["user_attr"]["a"] for log in one.read_logs(0)] == [0, 0, 1, 1, 2, 2, 3, 3]
