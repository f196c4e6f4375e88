"""Pause and promote: one order of legs, whatever runs them and however often it is broken off."""

from __future__ import annotations

import random

import pytest
from helpers import ONE, PAUSE, drive, legs, result, states, table

from nas.errors import SearchError
from nas.evaluate import Outcome
from nas.study import Run
from nas.study.decisions.stopping import Rungs
from nas.study.ledger.store import Store
from nas.study.trial import Leg, Trial


def test_the_best_half_goes_on_as_the_algorithm_says(start):
    """Li et al. 2020, algorithm 2, by hand: get_job after each result, for errors 4, 2, 3, 1, 5, 6."""
    run = start(*PAUSE, *ONE, "strategy.trials=6", "strategy.window=1")
    search = run.search()
    errors = [0.4, 0.2, 0.3, 0.1, 0.5, 0.6]
    while (trial := search.ask()) is not None:
        result(search, trial.number, errors[trial.number])
    assert legs(run) == [
        (0, 1),
        (1, 1),
        (1, 2),  # the best 1 of 2
        (2, 1),  # of 3 the best 1 went on already
        (3, 1),
        (3, 2),  # the best 2 of 4 are 3 and 1
        (3, None),  # the best 1 of 2 at the second rung
        (4, 1),
        (5, 1),
        (2, 2),  # the best 3 of 6: 3, 1 and 2; of 3 at the second rung the best 1 went on already
    ]
    assert [trial.state for trial in run.trials] == ["paused", "paused", "paused", "finished", "paused", "paused"]
    assert search.over


def test_a_rung_that_a_higher_one_has_work_above_waits(start):
    run = start(*PAUSE, *ONE, "strategy.trials=8", "strategy.window=4")
    search = run.search()
    first = [search.ask().number for _ in range(4)]
    assert search.ask() is None  # the fifth leg has to know the first
    result(search, first[0], 0.1)
    assert search.ask().number == 4  # one at the rung: half of one is none
    result(search, first[1], 0.2)
    assert search.ask().number == 0  # the better one of two, though two more are known by nobody


@pytest.mark.parametrize("objectives", [ONE, ["objectives=[error, macs]", "stop.metric=null"]])
@pytest.mark.parametrize("strategy", ["random", "tpe", "nsga2", "evolution", "local"])
def test_the_same_legs_with_one_worker_and_with_three_that_end_in_any_order(start, strategy, objectives):
    settings = [*PAUSE, *objectives, f"strategy.name={strategy}"]
    one, three = start(*settings), start(*settings)
    drive(one.search())
    drive(three.search(), workers=3, shuffle=random.Random(1).choice)
    assert table(one) == table(three)
    assert {trial.state for trial in one.trials} >= {"paused", "finished"}


def test_no_row_is_left_running_at_the_end(start):
    run = start(*PAUSE, *ONE, "network.depth=1", "network.width=8", "strategy.trials=10")
    drive(run.search(), workers=3)
    assert {trial.state for trial in run.trials} >= {"paused", "finished", "repeat"}
    assert "RUNNING" not in states(run)
    for row, trial in zip(states(run), run.trials, strict=True):
        waits = trial.state == "paused" or (trial.state == "repeat" and run.trials[trial.repeats].state == "paused")
        assert (row == "WAITING") == waits


def test_a_repeat_of_a_trial_that_is_promoted_later_gets_its_result(start):
    run = start(*PAUSE, *ONE, "network.depth=1", "network.width=8", "strategy.trials=14")
    drive(run.search())
    repeats = [trial for trial in run.trials if trial.state == "repeat"]
    for trial in repeats:
        original = run.trials[trial.repeats]
        assert trial.metrics == (original.metrics if original.state == "finished" else {})
        assert trial.reason == f"the network of trial {original.number} ({original.state})"
    assert {run.trials[trial.repeats].state for trial in repeats} >= {"paused", "finished"}


def test_a_sampler_is_told_of_a_repeat_what_it_is_told_of_its_original_also_later(start):
    """Trial 1 repeats trial 0, which is known to be paused when trial 2 is, and finishes after that."""
    few = ["network.depth=1", "network.width=8", "network.block={choice: [basic, preact]}", "strategy.seed=%d"]
    for seed in range(30):
        run = start(*PAUSE, *ONE, *few[:-1], few[-1] % seed, "strategy.trials=2", "strategy.window=1", "stop.rungs=[1]")
        search = run.search()
        result(search, search.ask().number, 0.1)
        if search.ask().number == 2 and search.trials[1].repeats == 0:
            break
    result(search, 2, 0.2)
    row = search._memory._row
    assert search.ask().number == 0
    assert (row(1).state.name, row(1).values, row(1).system_attrs["paused"]) == ("PRUNED", None, True)
    result(search, 0, 0.1)
    assert search.over
    assert (row(1).state.name, row(1).values) == ("COMPLETE", [0.1])


def test_a_whole_training_of_a_paused_trial_does_not_pause(start):
    run = start(*PAUSE, *ONE)
    drive(run.search())
    paused = next(trial for trial in run.trials if trial.state == "paused")
    assert paused.until is not None
    assert run.job(paused, device="cpu", time_limit_seconds=None).until is None


def test_a_longer_search_begins_with_the_legs_of_the_shorter_one_before_it_had_begun_all_its_trials(start):
    settings = [*PAUSE, *ONE, "strategy.name=tpe"]
    short, long = start(*settings, "strategy.trials=8"), start(*settings, "strategy.trials=16")
    drive(short.search())
    drive(long.search())
    last = max(leg.place for trial in short.trials for leg in trial.legs[:1])
    assert legs(short)[: last + 1] == legs(long)[: last + 1]
    assert len(legs(short)) > last + 1


def test_a_search_that_is_extended_keeps_its_legs_and_goes_on_from_them(start):
    settings = [*PAUSE, *ONE, "strategy.name=tpe", "strategy.trials=8"]
    one, three = start(*settings), start(*settings)
    drive(one.search())
    before = legs(one)
    drive(one.search(trials=16))
    drive(three.search(), workers=3)
    drive(Run.open(three.folder).search(trials=16), workers=3, shuffle=random.Random(4).choice)
    assert legs(one)[: len(before)] == before
    assert sum(trial.trains for trial in one.trials) == 16
    assert table(one) == table(three)


def test_a_trial_that_fails_reaches_no_rung_and_where_none_would_come_to_the_end_the_best_does(start):
    run = start(*PAUSE, *ONE, "strategy.trials=3", "strategy.window=1")
    search = run.search()
    while (trial := search.ask()) is not None:
        if trial.number == 0:
            search.tell(0, Outcome(status="failed", reason="not a number", seconds=1.0))
        else:
            result(search, trial.number, 0.1)
    assert [trial.state for trial in run.trials] == ["failed", "finished", "paused"]
    assert legs(run) == [(0, 1), (1, 1), (2, 1), (1, 2), (1, None)]


def test_what_was_compared_at_a_rung_stands_when_it_is_told_again(start):
    run = start(*PAUSE, *ONE, "strategy.trials=2", "strategy.window=1")
    search = run.search()
    result(search, search.ask().number, 0.1)
    result(search, search.ask().number, 0.2)
    again = search.ask()
    assert (again.number, again.until) == (0, 2)
    search.report(0, 1, {"error": 0.9})
    search.report(0, 2, {"error": 0.05})
    assert run.trials[0].curve == {1: {"error": 0.1}, 2: {"error": 0.05}}


def test_a_sampler_sees_a_paused_trial_as_pruned_and_anew_when_it_has_finished(start):
    run = start(*PAUSE, *ONE, "strategy.trials=2", "strategy.window=1", "stop.rungs=[1]")
    search = run.search()
    result(search, search.ask().number, 0.1)
    result(search, search.ask().number, 0.2)
    trial = search.ask()
    row = search._memory._study.get_trials(deepcopy=False)[0]
    assert (row.state.name, row.intermediate_values, row.system_attrs["paused"]) == ("PRUNED", {1: 0.1}, True)
    result(search, trial.number, 0.1)
    assert search.over
    rows = search._memory._study.get_trials(deepcopy=False)
    assert (rows[0].state.name, rows[0].values, rows[0].intermediate_values) == (
        "COMPLETE",
        [0.1],
        dict.fromkeys(range(1, 5), 0.1),
    )
    assert "paused" not in rows[0].system_attrs
    assert search._memory._study.best_trial.number == 0
    assert (rows[1].state.name, rows[1].system_attrs["paused"]) == ("PRUNED", True)


def test_a_metric_that_a_rung_compares_and_nobody_reports_ends_the_search(start):
    search = start(*PAUSE[:-1], "objectives=[error, loss]").search()
    trial = search.ask()
    with pytest.raises(SearchError, match=r"rungs compare the objectives, and no 'loss': the evaluator reports error"):
        search.report(trial.number, 1, {"error": 0.5})


def test_the_store_writes_a_promotion_before_the_worker_hears_of_it(start):
    run = start(*PAUSE, *ONE, "strategy.trials=2", "strategy.window=1")
    search = run.search()
    result(search, search.ask().number, 0.1)
    result(search, search.ask().number, 0.2)
    trial = search.ask()
    stored = Store.open(run.folder / "study.journal").load()[0][trial.number]
    assert (stored.state, stored.until, len(stored.legs)) == ("running", 2, 2)


def test_the_highest_rung_that_lets_one_go_on_goes_first(space):
    rungs = Rungs(space(*PAUSE, *ONE).file)

    def pauses(trial: Trial, until: int, error: float) -> None:
        trial.legs.append(Leg(0, 0, until))
        trial.curve[until] = {"error": error}
        rungs.learn(trial, trial.legs[-1])

    trials = [Trial(number, "paused") for number in range(6)]
    for trial, error in zip(trials, [0.1, 0.2, 0.3, 0.4, 0.05, 0.06], strict=True):
        pauses(trial, 1, error)
    for trial in trials[:2]:
        assert rungs.promote(trial, trial.legs[-1]) == 2
        pauses(trial, 2, 0.1 * trial.number)
    assert rungs.best() == 0  # of the second rung, though 4 and 5 would go on from the first
    assert rungs.promote(trials[0], trials[0].legs[-1]) is None
    assert rungs.best() == 4
