"""What a store writes of a trial is what it gives back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from optuna.trial import create_trial

from nas.errors import RunError
from nas.evaluate import Outcome
from nas.study import Run, Search
from nas.study.ledger.store import Store
from nas.study.trial import Leg, Trial


@pytest.fixture(params=["journal", "sqlite:///study.db"])
def run(request, space, tmp_path) -> Run:
    return Run.create(tmp_path / "run", space(), study=request.param)


def test_each_field_of_a_trial_comes_back(run):
    trial = run.search().ask()
    trial.state, trial.reason, trial.notes, trial.seconds = "failed", "error: X", ["a note"], 1.5
    trial.legs, trial.metrics, trial.attempt = [*trial.legs, Leg(4, 2, None)], {"error": 0.25}, 3
    run.store.report(trial.number, 1, {"error": 0.5})
    run.store.settle(trial, None)
    assert Run.open(run.folder).trials == [replace(trial, curve={1: {"error": 0.5}})]


def test_what_was_written_and_is_written_again_after_an_outage_is_there_once(space, tmp_path):
    run = Run.create(tmp_path / "run", space(), study="sqlite:///study.db")
    twice = replace(run.store._ledger, patiently=lambda action, again=None: [action(), (again or action)()][1])
    store = Store(twice)
    search = Search(run.space, store, trials=2)
    trial = search.ask()
    search.report(trial.number, 1, {"error": 0.5})
    search.tell(trial.number, Outcome(status="finished", metrics={"error": 0.25}, seconds=1.0))
    (found,) = Run.open(run.folder).trials
    assert (found.state, found.curve, found.metrics) == ("finished", {1: {"error": 0.5}}, {"error": 0.25})


def test_a_trial_of_a_journal_that_did_not_change_is_the_same_object(start):
    run = start()
    search = run.search()
    first, second = search.ask(), search.ask()
    before = run.trials
    search.report(second.number, 1, {"error": 0.5})
    after = run.trials
    assert after[first.number] is before[first.number]
    assert after[second.number].curve == {1: {"error": 0.5}}


def test_final_trainings_are_notes_by_the_number_of_the_trial(run):
    run.store.note("final:3", {"metrics": {"test_error": 0.1}})
    assert Run.open(run.folder).store.finals() == {"3": {"metrics": {"test_error": 0.1}}}


def test_a_row_that_no_search_wrote_is_refused_by_its_number(run):
    run.store._study.add_trial(create_trial(values=[1.0, 2.0]))
    with pytest.raises(RunError, match="trial 0 of the study is none that a search wrote: 'trial'"):
        Store.load(run.store)


def test_a_trial_of_another_kind_than_its_fields_is_refused(run):
    search = run.search()
    trial = search.ask()
    run.store.update(Trial(**{**vars(trial), "seconds": "long"}))
    with pytest.raises(RunError, match="seconds: Input should be a valid number"):
        run.store.all_trials()
