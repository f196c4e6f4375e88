"""The prefilter: of each group of proposals the best by a score is trained."""

from __future__ import annotations

import random

import pytest
from helpers import drive, evaluate, states, table

import nas.study.search
from nas.errors import InputError, SearchError
from nas.evaluate import NotANumber
from nas.study import Run

FILTER = ["strategy.prefilter={of: 4, by: naswot}", "strategy.trials=5", "strategy.window=2"]
SMALL = ["network.depth=1", "network.width=8"]  # 16 combinations, of which plain basic and plain preact are one network


def scores(genome) -> dict[str, float]:
    """Made up; many are equal."""
    return {"naswot": float(genome.params % 5), "synflow": 1.0}


def groups(run: Run, of: int = 4) -> list[list]:
    members = [trial for trial in run.trials if trial.trains or trial.state == "screened"]
    return [members[start : start + of] for start in range(0, len(members), of)]


def test_of_each_four_new_networks_the_first_of_the_best_is_trained(start):
    run = start(*FILTER, "network.width={choice: [8, 24]}", "budget.params=20k")
    drive(run.search(scores=scores))
    assert {trial.state for trial in run.trials} >= {"over-budget", "screened", "finished"}
    found = groups(run)
    assert [len(group) for group in found] == [4] * 5
    for group in found:
        best = max(trial.scores["naswot"] for trial in group)
        first = next(trial for trial in group if trial.scores["naswot"] == best)
        assert [trial.trains for trial in group] == [trial is first for trial in group]


def test_a_trial_that_was_passed_over_says_by_whom_and_keeps_its_costs_and_scores(start):
    run = start(*FILTER)
    drive(run.search(scores=scores))
    for group in groups(run):
        best = next(trial for trial in group if trial.trains)
        for trial in group:
            if trial is not best:
                mine, its = trial.scores["naswot"], best.scores["naswot"]
                assert trial.reason == f"passed over: its naswot is {mine:g}, and {its:g} that of trial {best.number}"
                assert (trial.params > 0, trial.scores["synflow"], trial.metrics) == (True, 1.0, {})
    assert set(states(run)) == {"COMPLETE", "PRUNED"}


def test_params_rank_without_anybody_who_computes_scores(start):
    run = start("strategy.prefilter={of: 3, by: params}", "strategy.trials=4")
    drive(run.search())
    for group in groups(run, 3):
        assert max(group, key=lambda trial: trial.params).trains


@pytest.mark.parametrize("strategy", ["random", "tpe", "nsga2", "evolution", "local"])
def test_the_same_search_with_three_workers_and_broken_off_at_each_trial(start, strategy):
    settings = [*FILTER, f"strategy.name={strategy}"]
    one, three, broken = start(*settings), start(*settings), start(*settings)
    drive(one.search(scores=scores))
    drive(three.search(scores=scores), workers=3, shuffle=random.Random(2).choice)
    while not (search := Run.open(broken.folder).search(scores=scores)).over:
        evaluate(search, search.ask())
    assert table(one) == table(three) == table(broken)


def test_a_group_that_is_half_written_goes_on_where_it_stood(start, monkeypatch):
    whole, broken = start(*FILTER), start(*FILTER)
    drive(whole.search(scores=scores))
    search = broken.search(scores=scores)
    for _ in range(2):
        search._propose()
    assert [trial.state for trial in Run.open(broken.folder).trials] == ["screened", "screened"]
    drive(Run.open(broken.folder).search(scores=scores))
    assert table(broken) == table(whole)


def test_a_network_without_a_score_ranks_last_and_says_why(start):
    def failing(genome) -> dict[str, float]:
        if genome.depth % 2:
            raise NotANumber("naswot = nan")
        if genome.depth % 3 == 0:
            raise InputError("naswot: the network has no activation")
        return scores(genome)

    run = start(*FILTER, "strategy.trials=8")
    drive(run.search(scores=failing))
    lost = [trial for trial in run.trials if not trial.scores]
    assert lost
    reasons = {trial.reason for trial in lost if trial.state == "screened"}
    assert reasons == {
        "passed over: it has no naswot, and so ranks last; no scores: naswot = nan",
        "passed over: it has no naswot, and so ranks last; no scores: naswot: the network has no activation",
    }
    for group in groups(run):
        assert any(trial.trains and trial.scores for trial in group) or not any(trial.scores for trial in group)


def test_scores_are_computed_for_every_new_proposal_and_handed_to_repeats(start):
    run = start("strategy.scores=[naswot, synflow]", *SMALL, "strategy.trials=10")
    drive(run.search(scores=scores))
    assert any(trial.state == "repeat" for trial in run.trials)
    assert all(set(trial.scores) == {"naswot", "synflow"} for trial in run.trials)


def test_a_score_that_nobody_computes_is_an_error(start):
    with pytest.raises(SearchError, match="naswot must be computed, and the search was given nothing that does"):
        start(*FILTER).search().ask()


def test_a_network_that_was_passed_over_may_compete_again_but_not_twice_in_one_group(start, monkeypatch):
    monkeypatch.setattr(nas.study.search, "PATIENCE", 100)
    run = start(*FILTER, *SMALL, "strategy.trials=40")
    search = run.search(scores=scores)
    drive(search)
    assert search.exhausted
    for group in groups(run):
        assert len({trial.fingerprint for trial in group}) == len(group)
    passed = [trial.fingerprint for trial in run.trials if trial.state == "screened"]
    assert len(passed) > len(set(passed))
    trained = [trial.fingerprint for trial in run.trials if trial.trains]
    assert len(trained) == len(set(trained))
    assert all(trial.reason for trial in run.trials if trial.state == "repeat")


def test_the_last_group_is_decided_with_what_there_is_also_after_a_kill(start, monkeypatch):
    monkeypatch.setattr(nas.study.search, "PATIENCE", 60)
    whole, broken = start(*FILTER, *SMALL, "strategy.trials=40"), start(*FILTER, *SMALL, "strategy.trials=40")
    drive(whole.search(scores=scores))
    assert len(groups(whole)[-1]) < 4
    while not (search := Run.open(broken.folder).search(scores=scores)).over:
        if search.running or search.exhausted or search._screening.full:
            evaluate(search, search.ask())
        else:
            search._propose()
    assert table(broken)[-1] == table(whole)[-1]
    assert broken.store.about()["ended"] == "exhausted: 60 proposals in a row brought nothing new"
