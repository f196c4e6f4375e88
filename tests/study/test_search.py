"""One order: the same search with any number of workers, broken or not, and the longer one begins with the shorter."""

from __future__ import annotations

import random

import pytest
from helpers import drive, evaluate, table

import nas.study.search
from nas.errors import SearchError
from nas.evaluate import Outcome
from nas.study import Run
from nas.study.ledger import store
from nas.study.summary import summary

STRATEGIES = ["random", "tpe", "nsga2", "gp", "evolution", "local"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_same_search_with_one_worker_and_with_four_that_end_in_any_order(start, strategy):
    one, four = start(f"strategy.name={strategy}"), start(f"strategy.name={strategy}")
    drive(one.search())
    chance = random.Random(1)
    drive(four.search(), workers=4, shuffle=chance.choice)
    assert table(one) == table(four)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_search_made_anew_after_each_trial_is_the_unbroken_one(start, strategy):
    unbroken, broken = (
        start(f"strategy.name={strategy}", "stop.name=successive-halving"),
        start(f"strategy.name={strategy}", "stop.name=successive-halving"),
    )
    drive(unbroken.search())
    while not (search := Run.open(broken.folder).search()).over:
        trial = search.ask()
        evaluate(search, trial, until=random.Random(trial.number * 7 + trial.attempt).choice([None, 1, 3]))
    assert table(unbroken) == table(broken)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_longer_search_begins_with_the_shorter_one(start, strategy):
    name = f"strategy.name={strategy}"
    short, long = start(name, "strategy.trials=9"), start(name, "strategy.trials=16")
    drive(short.search())
    drive(long.search())
    assert table(short) == table(long)[: len(short.trials)]
    drive(Run.open(short.folder).search(trials=16))
    assert table(short) == table(long)


def test_every_strategy_learns_from_what_it_is_told(start):
    seen = set()
    for strategy in STRATEGIES:
        run = start(f"strategy.name={strategy}", "strategy.trials=16", "strategy.window=1")
        drive(run.search())
        seen.add(tuple(trial.fingerprint for trial in run.trials if trial.number > 8))
    assert len(seen) == len(STRATEGIES)


def test_a_proposal_waits_for_the_trials_that_it_may_know(start):
    search = start("strategy.window=3").search()
    first = [search.ask() for _ in range(3)]
    assert None not in first
    assert search.ask() is None
    evaluate(search, first[1])
    assert search.ask() is None
    evaluate(search, first[0])
    assert search.ask() is not None


def test_another_seed_gives_another_search(start):
    one, other = start(), start("strategy.seed=4")
    drive(one.search())
    drive(other.search())
    assert [t.fingerprint for t in one.trials] != [t.fingerprint for t in other.trials]


def test_a_repeat_takes_the_result_of_its_original_and_is_not_trained(start, monkeypatch):
    monkeypatch.setattr(nas.study.search, "PATIENCE", 30)
    run = start("network.depth=1", "network.width=8", "strategy.trials=60")
    search = run.search()
    drive(search)
    repeats = [trial for trial in run.trials if trial.state == "repeat"]
    assert repeats
    for trial in repeats:
        original = run.trials[trial.repeats]
        assert trial.metrics == original.metrics
        assert original.state == "finished"
    trained = [trial.fingerprint for trial in run.trials if trial.trains]
    assert len(trained) == len(set(trained))


def test_a_search_ends_when_nothing_new_is_proposed(start, monkeypatch):
    monkeypatch.setattr(nas.study.search, "PATIENCE", 60)
    run = start("network.depth=1", "network.width=8", "strategy.trials=60")
    search = run.search()
    drive(search)
    assert search.exhausted
    assert run.store.about()["ended"] == "exhausted: 60 proposals in a row brought nothing new"
    assert summary(run)["ended"].startswith("exhausted")
    assert Run.open(run.folder).search().over  # and is not tried again when it is resumed
    # 16 combinations, of which plain basic and plain preact blocks are one network
    assert 10 <= sum(trial.trains for trial in run.trials) < 16


def test_a_search_that_ends_as_planned_says_nothing_of_its_end(start):
    run = start()
    drive(run.search())
    assert "ended" not in run.store.about()


def test_repeats_are_trained_again_with_another_seed_where_the_search_says_so(start):
    run = start("network.depth=1", "network.width=8", "strategy.repeats=retrain")
    drive(run.search())
    assert all(trial.trains for trial in run.trials)
    assert len({trial.seed for trial in run.trials}) == 14


def test_a_draw_over_budget_never_trains_and_says_what_it_costs(start):
    run = start("network.width={choice: [16, 24]}", "budget.params=20k")
    drive(run.search())
    over = [trial for trial in run.trials if trial.state == "over-budget"]
    assert over
    assert "limit 20,000" in over[0].reason
    assert all(trial.params <= 20_000 for trial in run.trials if trial.trains)
    assert sum(trial.trains for trial in run.trials) == 14


def test_a_failed_trial_is_recorded_and_the_search_goes_on(start):
    search = (run := start("strategy.name=tpe", "strategy.trials=12")).search()
    while not search.over:
        trial = search.ask()
        if trial.number % 3 == 0:
            search.tell(trial.number, Outcome(status="failed", reason="out of memory: does not fit", seconds=1.0))
        else:
            evaluate(search, trial)
    assert [trial.state for trial in run.trials if trial.trains].count("failed") == 4
    assert run.trials[0].reason == "out of memory: does not fit"


def test_a_trial_without_the_objective_has_failed(start):
    search = (run := start()).search()
    trial = search.ask()
    search.tell(trial.number, Outcome(status="finished", metrics={"loss": 1.0}, seconds=1.0))
    assert run.trials[0].state == "failed"
    assert "no metric 'error' among loss" in run.trials[0].reason


def test_a_trial_left_running_is_asked_for_again_with_its_next_attempt(start):
    run = start()
    trial = run.search().ask()
    again = Run.open(run.folder).search().ask()
    assert (again.number, again.attempt, again.seed) == (trial.number, 2, trial.seed)


def test_a_study_without_legs_is_gone_on_with(start, monkeypatch):
    settings = ["strategy.name=tpe", "stop.name=successive-halving"]
    unbroken, older = start(*settings), start(*settings)
    drive(unbroken.search())
    with monkeypatch.context() as patch:
        patch.setattr(store, "_RESULT", tuple(name for name in store._RESULT if name != "legs"))
        patch.setattr(
            store, "_proposal", lambda trial, write=store._proposal: {k: v for k, v in write(trial).items() if k != "legs"}
        )
        search = older.search()
        for _ in range(9):
            evaluate(search, search.ask())
        search.ask()
    assert not any(trial.legs for trial in older.trials)
    drive(Run.open(older.folder).search())
    finished = [[(t.number, t.state, t.fingerprint, t.metrics) for t in run.trials] for run in (unbroken, older)]
    assert finished[0] == finished[1]


def test_no_trial_is_left_running_at_the_end(start):
    run = start()
    drive(run.search(), workers=3)
    rows = run.store._study.get_trials(deepcopy=False)
    assert all(row.state.is_finished() for row in rows)


def test_a_metric_that_rungs_need_and_nobody_reports_ends_the_search(start):
    search = start("stop.name=successive-halving", "stop.metric=loss").search()
    trial = search.ask()
    with pytest.raises(SearchError, match=r"stop\.metric is 'loss', and the evaluator reports error"):
        search.report(trial.number, 1, {"error": 0.5})


TIGHT = ["strategy.name=tpe", "network.width={choice: [16, 24]}", "budget.params=20k", "strategy.window=4"]


def test_results_are_told_also_where_a_later_draw_was_over_budget(start):
    search = (run := start(*TIGHT)).search()
    drive(search)
    assert any(trial.state == "over-budget" for trial in run.trials)
    states = [row.state.name for row in search._memory._study.get_trials(deepcopy=False)]
    assert all(states[trial.number] == "COMPLETE" for trial in run.trials if trial.state == "finished")


def test_draws_over_budget_are_remembered_when_a_search_is_resumed(start):
    unbroken, broken = start(*TIGHT), start(*TIGHT)
    drive(unbroken.search())
    while not (search := Run.open(broken.folder).search()).over:
        if (trial := search.ask()) is not None:
            evaluate(search, trial)
    assert table(unbroken) == table(broken)


def test_a_trial_that_was_interrupted_ends_the_search_and_is_gone_on_with(start):
    run = start()
    search = run.search()
    number = search.ask().number
    with pytest.raises(SearchError, match=f"trial {number} cannot go on: /full: No space left; .* nas resume"):
        search.tell(number, Outcome(status="interrupted", reason="/full: No space left", seconds=1.0))
    again = Run.open(run.folder).search()
    assert (again.ask().number, again.trials[number].attempt, again.trials[number].reason) == (number, 2, "")


def test_what_is_noted_of_a_trial_stays_with_it(start):
    run = start()
    search = run.search()
    number = search.ask().number
    search.tell(number, Outcome(status="finished", metrics={"error": 0.5}, seconds=1.0, notes=["state.pt is damaged"]))
    assert Run.open(run.folder).trials[number].notes == ["state.pt is damaged"]
