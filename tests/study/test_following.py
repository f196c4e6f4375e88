"""Following a run that another process drives: each change is told once, and nothing is written."""

from __future__ import annotations

from helpers import drive, result

from nas.database_url import parse
from nas.study import Run
from nas.study.following import Following, studies


def test_each_change_of_a_trial_is_told_once(start):
    run = start("strategy.trials=2")
    followed = Following(str(run.folder))
    assert followed.changed() == []
    search = run.search()
    first = search.ask()
    assert [(trial.number, trial.state) for trial in followed.changed()] == [(first.number, "running")]
    assert followed.changed() == []
    result(search, first.number, 0.5)
    assert [(trial.number, trial.state) for trial in followed.changed()] == [(first.number, "finished")]
    assert followed.changed() == []


def test_it_is_over_when_the_driver_says_so_and_not_before(start):
    run = start("strategy.trials=2")
    followed = Following(str(run.folder))
    drive(run.search())
    followed.changed()
    assert not followed.over
    run.settle(2)
    followed.changed()
    assert followed.over
    assert (followed.planned, followed.objective.metric) == (2, "error")


def test_a_run_that_is_extended_is_not_over_any_more(start):
    run = start("strategy.trials=2")
    drive(run.search())
    run.settle(2)
    assert run.over
    run.search(trials=3)
    assert not run.over


def test_following_changes_nothing(start):
    run = start("strategy.trials=2")
    search = run.search()
    search.ask()
    before = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    followed = Following(str(run.folder))
    followed.changed()
    assert followed.driver() is None
    assert {path.name: path.read_bytes() for path in run.folder.iterdir()} == before


def test_the_studies_of_a_database_are_listed_by_name(space, tmp_path):
    file = f"sqlite:///{tmp_path}/shared.db"
    for name in ("second", "first"):
        Run.create(tmp_path / name, space(), study=file)
    listed = studies(parse(file))
    assert [row.url.study.rpartition("-")[0] for row in listed] == ["first", "second"]
    assert [(row.space, row.planned, row.over) for row in listed] == [("little", 14, False)] * 2
    assert Run.open(str(listed[0].url)).trials == []
