"""nas search and nas resume: the plan, progress, what is left behind, interruptions."""

from __future__ import annotations

import json

import pytest

from nas.study import Run


def test_a_search_leaves_a_run_and_shows_the_leaderboard(command, space, here):
    result = command("search", space, "--runner", "inline", "--out", "run")
    assert result.status == 0
    assert result.out == ""
    assert {"search.yaml", "study.journal", "environment.json"} <= {path.name for path in (here / "run").iterdir()}
    assert sum(trial.state == "finished" for trial in Run.open("run").trials) == 4
    assert "Best is trial" in result.err


def test_progress_is_one_line_a_trial_where_there_is_no_terminal(command, space):
    result = command("search", space, "--runner", "inline", "--out", "run")
    trials = Run.open("run").trials
    progress = result.err.partition("results    run\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[:3] for line in progress] == [["trial", str(trial.number), trial.state] for trial in trials]


def test_the_plan_says_what_will_happen(command, space, here):
    result = command("search", space, "--runner", "inline", "--out", "run", "--dry-run")
    plan = {line.split()[0]: line for line in result.err.splitlines()}
    assert list(plan) == ["search", "data", "budget", "training", "runner"]
    assert "4 trials by random, seed 5" in plan["search"]
    assert "digits: 1x8x8, 10 classes" in plan["data"]
    assert "20,000 params; objectives error, macs" in plan["budget"]
    assert "1 at once, each 1 CPU; device cpu" in plan["runner"]


def test_the_plan_says_what_is_screened_paused_and_inherited(command, space):
    settings = (
        "strategy.prefilter={of: 5, by: params}",
        "strategy.scores=[macs]",
        "stop={name: successive-halving, rungs: [1, 3], pause: true}",
        "train={epochs: 9, inherit: true}",
        "evaluator=train",
    )
    arguments = [part for text in settings for part in ("--set", text)]
    plan = command("search", space, "--runner", "inline", "--dry-run", *arguments).err.splitlines()
    assert "proposals  the best of each 5 by params is trained; scores macs" in plan
    assert (
        "training   9 epochs (5 from a parent's weights) of batch 128, auto, paused by successive-halving at epochs 1, 3" in plan
    )


def test_a_dry_run_writes_nothing(command, space, here):
    before = set(here.rglob("*"))
    assert command("search", space, "--runner", "inline", "--out", "run", "--dry-run").status == 0
    assert set(here.rglob("*")) == before


def test_json_of_a_dry_run_is_one_document(command, space):
    result = command("search", space, "--runner", "inline", "--dry-run", "--json")
    assert json.loads(result.out)["workers"] == 1


def test_json_of_a_search_is_one_document(command, space):
    result = command("search", space, "--runner", "inline", "--json")
    assert json.loads(result.out)["states"] == {"finished": 4}


def test_trials_seed_and_set_change_the_search(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 2, "--seed", 9, "--set", "network.depth=2")
    run = Run.open("run")
    assert (len(run.trials), run.space.file.strategy.seed) == (2, 9)
    assert "depth" not in run.trials[0].choices


def test_the_strategy_can_be_named(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--strategy", "evolution")
    assert Run.open("run").space.file.strategy.name == "evolution"


def test_without_out_a_run_takes_the_next_free_name(command, space, here):
    for _ in range(2):
        command("search", space, "--runner", "inline", "--trials", 1)
    assert sorted(path.name for path in (here / "results").iterdir()) == ["quick", "quick-2"]


def test_a_search_in_which_every_trial_fails_ends_with_status_1(command, space):
    result = command("search", space, "--runner", "inline", "--out", "run", "--set", "evaluator=instant:failing")
    assert result.status == 1
    assert "RuntimeError: the disk is on fire" in result.err
    assert "No trial has finished yet." in result.err


def test_the_reason_that_most_trials_failed_for_is_said(command, space):
    result = command("search", space, "--runner", "inline", "--out", "run", "--set", "evaluator=instant:failing_in_turn")
    assert result.status == 1
    assert result.err.splitlines()[-1] == (
        "4 of 4 trials failed, 3 of them alike: error: RuntimeError: the disk is on fire (at 1 degrees)"
    )


def test_a_search_of_fewer_trials_than_its_rungs_ask_for_still_trains_its_best(command, space):
    stop = "stop={name: successive-halving, rungs: [1], pause: true}"  # one of three goes on
    result = command("search", space, "--runner", "inline", "--out", "run", "--trials", 2, "--set", stop)
    assert result.status == 0
    assert sorted(trial.state for trial in Run.open("run").trials) == ["finished", "paused"]


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(command, space):
    result = command("search", space, "--runner", "inline", "--out", "run", "--set", "evaluator=instant:interrupted")
    assert result.status == 130
    assert result.err.splitlines()[-1] == "interrupted; finished trials are kept, go on with: nas resume run"
    assert [trial.state for trial in Run.open("run").trials] == ["finished", "finished", "running"]


def test_ctrl_c_before_the_first_trial_says_so(command, space, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("nas.data.load", interrupted)
    result = command("search", space, "--runner", "inline", "--out", "run")
    assert (result.status, result.err) == (130, "interrupted before the first trial\n")


def test_an_interrupted_run_is_resumed_to_its_end(command, space, monkeypatch):
    command("search", space, "--runner", "inline", "--out", "run", "--set", "evaluator=instant:interrupted")
    monkeypatch.setattr("instant.interrupted", __import__("instant").by_cost)
    assert command("resume", "run", "--runner", "inline").status == 0
    assert [trial.state for trial in Run.open("run").trials] == ["finished"] * 4


def test_a_finished_run_is_extended(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 2)
    first = [trial.fingerprint for trial in Run.open("run").trials]
    assert command("resume", "run", "--runner", "inline", "--trials", 4).status == 0
    trials = Run.open("run").trials
    assert [trial.fingerprint for trial in trials[:2]] == first
    assert sum(trial.state == "finished" for trial in trials) == 4


def test_resuming_a_finished_run_changes_nothing(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 2)
    before = Run.open("run").trials
    result = command("resume", "run", "--runner", "inline")
    assert result.status == 0
    assert Run.open("run").trials == before


def test_a_run_cannot_be_cut(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 3)
    result = command("resume", "run", "--runner", "inline", "--trials", 2)
    assert (result.status, result.err) == (2, "nas: run was planned with 3 trials; a run can be extended, not cut to 2\n")


def test_a_run_has_one_driver(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 1)
    with Run.open("run").lock():
        result = command("resume", "run", "--runner", "inline", "--trials", 2)
    assert result.status == 2
    assert "nas: run is being driven by another process" in result.err
    assert len(Run.open("run").trials) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"this was a study before somebody opened it in an editor\n",
        b"\x00\xff\xfe" * 1000 + b"\n",
        b"[]\n",
        b'{"op_code": 99}\n',
        b'{"op_code": 0, "worker_id": "w", "study_name": "songs", "directions": [1]}\n',
    ],
)
def test_a_damaged_study_is_one_line(command, own_run, content):
    study = own_run / "study.journal"
    study.write_bytes(content)
    result = command("resume", own_run, "--runner", "inline")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"nas: {study}: line 1 is not what was written")
    assert len(result.err.splitlines()) == 1


def test_a_study_whose_last_line_was_not_finished_is_resumed(command, own_run):
    """As after a power cut: nobody was told that it was written."""
    study = own_run / "study.journal"
    study.write_bytes(study.read_bytes() + b'{"op_code": 5, "wor')
    assert command("resume", own_run, "--runner", "inline").status == 0
    assert [trial.state for trial in Run.open(own_run).trials] == ["finished"] * 3


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_study_whose_end_is_lost_is_refused_and_not_searched_again(command, own_run, share):
    study = own_run / "study.journal"
    content = study.read_bytes()
    study.write_bytes(content[: 200 + int(share * (len(content) - 200))])
    result = command("resume", own_run, "--runner", "inline")
    assert (result.status, result.out) == (2, "")
    assert "restore the file from a copy" in result.err and len(result.err.splitlines()) == 1


def test_a_damaged_search_yaml_is_one_line_with_its_place(command, own_run):
    (own_run / "search.yaml").write_text("name: quick\ntrain: {epochs: many}\n")
    result = command("resume", own_run, "--runner", "inline")
    assert result.status == 2
    assert result.err == f"nas: {own_run}/search.yaml:2:17: train.epochs: must be a whole number, got 'many'\n"


def test_a_folder_that_is_no_run_cannot_be_resumed(command, here):
    result = command("resume", here, "--runner", "inline")
    assert result.status == 2
    assert result.err.startswith(f"nas: {here} is no run")
