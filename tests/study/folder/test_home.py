"""The folder of a run: where its study is, and that nobody else may read it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from helpers import drive, table

from nas.errors import InputError, RunError
from nas.study import Run
from nas.study.folder.home import location_of, new_location, runs

SQLITE = "sqlite:///study.db"


def test_a_study_in_a_database_is_the_same_search_as_one_in_a_journal(space, tmp_path):
    journal = Run.create(tmp_path / "one", space())
    sqlite = Run.create(tmp_path / "two", space(), study=SQLITE)
    for run in (journal, sqlite):
        drive(run.search(), workers=2)
    assert table(Run.open(sqlite.folder)) == table(journal)


def test_a_run_says_where_its_study_is_and_is_found_by_folder_and_by_url(space, tmp_path):
    run = Run.create(tmp_path / "my run", space(), study=SQLITE)
    text = (run.folder / "study.url").read_text().strip()
    assert text.startswith("sqlite:///study.db?study=my-run-")
    assert not (run.folder / "study.journal").exists()
    drive(run.search())
    assert Run.open(run.folder).trials == Run.open(str(run.store.url)).trials == run.trials
    assert Run.open(str(run.store.url)).space.file == run.space.file
    assert runs(tmp_path) == [run.folder]


def test_runs_of_one_name_are_different_studies_of_a_database(tmp_path):
    urls = {new_location(tmp_path / "run", "postgresql://me@h/db").study for _ in range(20)}
    assert len(urls) == 20
    assert all(len(name) == len("run-") + 8 for name in urls)


def test_a_folder_that_was_moved_takes_its_file_along(space, tmp_path):
    run = Run.create(tmp_path / "old", space(), study=SQLITE)
    drive(run.search())
    trials = run.trials
    (tmp_path / "old").rename(tmp_path / "new")
    assert Run.open(tmp_path / "new").trials == trials


@pytest.mark.parametrize("study", ["journal", SQLITE])
def test_what_a_run_writes_is_its_owners_alone(space, tmp_path, study):
    run = Run.create(tmp_path / "run", space(), study=study)
    with run.lock():
        drive(run.search())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (run.folder, *run.folder.rglob("*"))}
    assert {name for name, mode in modes.items() if mode & 0o077} == set()
    assert {"search.yaml", "environment.json", "driver.lock"} <= set(modes)


def test_a_runner_names_a_database_and_no_study_of_it(tmp_path):
    with pytest.raises(InputError, match="leave out"):
        new_location(tmp_path, "postgresql://me@h/db?study=mine")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "does not say where the study is"),
        ("postgresql://me:canary@h/db?study=a", "a password in a URL"),
        ("sqlite:///study.db", r"\?study=NAME is missing"),
        ("\0\1", "does not say where the study is"),
    ],
)
def test_a_damaged_study_url_is_named(space, tmp_path, content, error):
    run = Run.create(tmp_path / "run", space(), study=SQLITE)
    (run.folder / "study.url").write_text(content)
    with pytest.raises(RunError, match=error) as caught:
        location_of(run.folder)
    assert f"{run.folder}/study.url" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_folder_without_a_study_is_no_run(tmp_path: Path):
    with pytest.raises(RunError, match=r"is no run: it has no study\.journal and no study\.url"):
        Run.open(tmp_path)
