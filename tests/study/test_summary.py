"""The answer of a run in words."""

from __future__ import annotations

import json
import re

from helpers import drive

from nas.study.summary import answer, number_text, summary


def test_the_answer_names_the_best_trial_and_compares_depths(start):
    run = start()
    drive(run.search())
    text = answer(run)
    assert text.startswith(f"Best is trial {run.best.number} (")
    finished = [trial for trial in run.trials if trial.state == "finished"]
    shallow, deep = re.search(r"the (\d+) shallower \(.*?\) average .* the (\d+) deeper", text).groups()
    assert int(shallow) + int(deep) == len(finished)


def test_networks_of_one_depth_are_on_one_side_of_the_comparison(start):
    run = start()
    drive(run.search())
    most, least = re.search(r"shallower \(depth (?:\d+ to )?(\d+)\).*deeper \(depth (\d+)", answer(run)).groups()
    assert int(most) < int(least)


def test_a_run_without_a_finished_trial_says_so(start):
    assert answer(start()) == "No trial has finished yet."


def test_the_summary_is_json_and_counts_its_trials(start):
    run = start()
    drive(run.search())
    data = json.loads(json.dumps(summary(run), allow_nan=False))
    assert sum(data["states"].values()) == len(data["trials"]) == len(run.trials)
    assert data["best"] == run.best.number
    assert [t["number"] for t in data["trials"] if t["on_front"]] == [t.number for t in run.front]


def test_numbers_read_as_a_person_writes_them():
    assert number_text("error", 0.0123) == "1.23 %"
    assert number_text("macs", 1234567.0) == "1,234,567"
    assert number_text("loss", None) == "-"
