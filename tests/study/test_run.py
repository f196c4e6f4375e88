"""A run's folder: made, opened, driven by one process."""

from __future__ import annotations

import json
import stat

import pytest
from helpers import drive

from nas.errors import RunError
from nas.study import Run


def test_a_run_that_is_opened_again_has_the_same_space_and_trials(start):
    run = start()
    drive(run.search())
    again = Run.open(run.folder)
    assert again.space.file == run.space.file
    assert again.trials == run.trials


def test_the_folder_is_its_owners_alone_and_says_where_it_came_from(start):
    run = start()
    assert stat.S_IMODE(run.folder.stat().st_mode) == 0o700
    environment = json.loads((run.folder / "environment.json").read_text())
    assert environment["space"]["text"].lstrip().startswith("name: little")
    assert environment["versions"]["torch"]


def test_a_folder_that_holds_something_is_refused(start, space, tmp_path):
    run = start()
    with pytest.raises(RunError, match=f"is not empty; go on with it: nas resume {run.folder}"):
        Run.create(run.folder, space())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    with pytest.raises(RunError, match="is not empty; choose another"):
        Run.create(tmp_path / "mine", space())


def test_a_second_process_that_wants_to_drive_is_told_who_does(start):
    run = start()
    with run.lock(), pytest.raises(RunError, match=r"is being driven by another process: process \d+ on "):
        run.lock().__enter__()
    with run.lock():
        pass


def test_the_best_trial_has_the_least_error_and_the_front_has_it_too(start):
    run = start()
    drive(run.search())
    finished = [t for t in run.trials if t.state == "finished"]
    assert run.best.metrics["error"] == min(t.metrics["error"] for t in finished)
    assert run.best.number in {t.number for t in run.front}


def test_no_trial_of_the_front_is_beaten_in_both_objectives(start):
    run = start("strategy.trials=24")
    drive(run.search())
    for kept in run.front:
        for other in run.trials:
            if other.state == "finished":
                assert not (other.metrics["error"] < kept.metrics["error"] and other.macs < kept.macs)


def test_a_trial_that_is_not_there_is_refused(start):
    run = start()
    drive(run.search())
    with pytest.raises(RunError, match=r"has no trial '99': its trials are best, and 0 to \d+"):
        run.trial("99")
    assert run.trial("best").number == run.best.number


def test_a_trial_without_weights_says_how_to_get_some(start):
    run = start()
    drive(run.search())
    with pytest.raises(RunError, match="left no weights; `nas train"):
        run.model(run.best)
