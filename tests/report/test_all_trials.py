"""The table of all trials."""

from __future__ import annotations

import re

from run_documents import rows, run, trial

from nas.report.all_trials import all_trials


def test_finished_trials_stand_by_rank_and_the_others_behind_them():
    trials = [
        trial(0, state="stopped", error=0.01),
        trial(1, error=0.3),
        trial(2, error=0.0412),
        trial(3, state="failed", metrics={}),
    ]
    assert [row[:3] for row in rows(all_trials(run(*trials)))[1:]] == [
        ["#2", "finished", "4.12 %"],
        ["#1", "finished", "30 %"],
        ["#0", "stopped", "1 %"],
        ["#3", "failed", "10 %"],  # the last that it reported
    ]


def test_the_best_is_shaded_and_the_front_is_marked():
    text = all_trials(run(trial(0), trial(1, error=0.05, on_front=True), best=1))
    assert re.findall(r'<tr class="best"><td[^>]*>(.*?)#(\d)', text) == [('<span class="mark">●</span> ', "1")]


def test_numbers_are_sorted_by_their_value_and_not_by_what_is_shown_of_it():
    text = all_trials(run(trial(0, error=0.04123456, params=39_036)))
    assert '<td data-n="0.04123456">4.12 %</td>' in text
    assert '<td data-n="39036">39k</td>' in text
    assert '<table class="sortable">' in text


def test_the_best_trials_have_their_scores_behind_macs():
    head, first = rows(all_trials(run(trial(0, scores={"naswot": 321.4}), objectives=["error"])))
    assert head[:7] == ["trial", "state", "error", "params", "macs", "naswot", "depth"]
    assert first[2:6] == ["10 %", "100k", "2M", "321"]


def test_a_trial_that_began_with_the_weights_of_another_names_it():
    text = all_trials(run(trial(0, error=0.2), trial(7, error=0.1, inherits=0)))
    place = rows(text)[0].index("inherits")
    assert [line[place] for line in rows(text)[1:]] == ["#0", ""]
    assert "final trainings start from scratch" in text
    assert "inherits" not in all_trials(run(trial(0)))


def test_of_a_maximised_objective_the_highest_is_the_best():
    trials = [trial(n, metrics={"naswot": value}) for n, value in enumerate((1.0, 3.0, 2.0))]
    text = all_trials(run(*trials, objectives=["naswot"], directions=["maximize"]))
    assert [line[0] for line in rows(text)[1:]] == ["#1", "#2", "#0"]


def test_before_a_trial_has_finished_that_is_said():
    assert "There are no trials yet" in all_trials(run())
    assert "No trial has finished" in all_trials(run(trial(0, state="running", metrics={}, curve=[])))
