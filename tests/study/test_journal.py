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
from nas.study.journal import KernelLock, journal


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
    KernelLock(path).acquire()
    ready.set()
    time.sleep(60)


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
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
    with pytest.raises(RunError, match=r"study\.journal cannot be read as the study of a search"):
        Run.open(run.folder)
