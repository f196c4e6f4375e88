"""A run is made, found again and checked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import drive, table

from nas.errors import RunError
from nas.study import Run
from nas.study.folder import opening
from nas.study.folder.home import SEARCH, UNFINISHED, URL
from nas.study.folder.opening import restored
from nas.study.following import studies
from nas.study.ledger.store import Store


class Killed(BaseException):
    """What no code of ours catches, as it catches no SIGKILL."""


def kill(*arguments: object, **named: object) -> None:
    raise Killed


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/studies.db"


def begun(folder: Path, space, database: str, monkeypatch: pytest.MonkeyPatch, *, study_made: bool = True) -> None:
    """A run whose making is broken off, before or after its study was made."""
    create = Store.create
    with monkeypatch.context() as patch:
        patch.setattr(Store, "create", lambda *a, **named: [create(*a, **named) if study_made else None, kill()])
        with pytest.raises(Killed):
            Run.create(folder, space, study=database)


@pytest.mark.parametrize("study_made", [False, True])
def test_a_run_that_was_broken_off_while_it_was_made_leaves_no_study_when_it_is_made_again(
    space, tmp_path, database, monkeypatch, study_made
):
    begun(tmp_path / "run", space(), database, monkeypatch, study_made=study_made)
    with pytest.raises(RunError, match="broken off while it was made"):
        Run.open(tmp_path / "run")
    run = Run.create(tmp_path / "run", space("strategy.trials=5"), study=database)
    assert [listed.url for listed in studies(run.store.url.of(""))] == [run.store.url]
    assert [listed.planned for listed in studies(run.store.url)] == [5]


def test_what_was_begun_in_another_database_is_taken_away_there(space, tmp_path, database, monkeypatch):
    begun(tmp_path / "run", space(), database, monkeypatch)
    run = Run.create(tmp_path / "run", space(), study="journal")
    assert studies(opening.parse(database)) == []
    assert not (run.folder / URL).exists()
    drive(run.search())


def test_a_database_that_is_gone_has_nothing_to_be_taken_away(space, tmp_path, database, monkeypatch):
    begun(tmp_path / "run", space(), database, monkeypatch)
    (tmp_path / "studies.db").unlink()
    Run.create(tmp_path / "run", space(), study="journal")
    assert not (tmp_path / "studies.db").exists()


def test_a_damaged_study_url_of_a_run_that_was_broken_off_is_named_and_left(space, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / UNFINISHED).touch()
    (tmp_path / "run" / URL).write_text("sqlite:///stud")
    with pytest.raises(RunError, match=r"was broken off while it was made; .*study\.url does not say which study"):
        Run.create(tmp_path / "run", space())
    assert (tmp_path / "run" / URL).read_text() == "sqlite:///stud"


def test_a_folder_that_claims_the_study_of_another_run_takes_nothing_away(space, tmp_path, database):
    other = Run.create(tmp_path / "other", space(), study=database)
    drive(other.search())
    trials = other.trials
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / UNFINISHED).touch()
    (tmp_path / "run" / URL).write_text(str(other.store.url))
    with pytest.raises(RunError, match=r"is a study that somebody works with; or choose another with --out"):
        Run.create(tmp_path / "run", space())
    assert Run.open(other.folder).trials == trials


def test_a_database_that_refuses_a_study_leaves_no_word_of_one(space, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be written"):
        Run.create(tmp_path / "run", space(), study=f"sqlite:///{tmp_path}/file/studies.db")
    assert not (tmp_path / "run" / URL).exists()
    assert Run.create(tmp_path / "run", space()).trials == []


@pytest.mark.parametrize("study", ["journal", "sqlite:///study.db"])
def test_a_run_without_its_search_yaml_is_opened_from_its_study_which_can_write_it_anew(space, tmp_path, study):
    whole, run = Run.create(tmp_path / "whole", space(), study=study), Run.create(tmp_path / "run", space(), study=study)
    text = (run.folder / SEARCH).read_text()
    (run.folder / SEARCH).unlink()
    again = Run.open(run.folder)
    assert again.space.file == run.space.file
    for found in (whole, again):
        drive(found.search())
    assert table(again) == table(whole)
    assert restored(run.folder, again.store.about())
    assert (run.folder / SEARCH).read_text() == text
    assert not restored(run.folder, again.store.about())


def test_a_kill_while_search_yaml_is_written_leaves_none_or_a_whole_one(space, tmp_path, monkeypatch):
    run = Run.create(tmp_path / "run", space())
    about = run.store.about()
    (run.folder / SEARCH).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", kill)
        with pytest.raises(Killed):
            restored(run.folder, about)
    assert not (run.folder / SEARCH).exists()
    assert restored(run.folder, about)
    assert {path.name for path in run.folder.iterdir()} == {"search.yaml", "environment.json", "study.journal", "driver.lock"}
