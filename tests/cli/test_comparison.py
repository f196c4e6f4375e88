"""nas study: an equal-budget comparison from its plan to its verdict, broken off and resumed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nas
from nas.comparison.answer import answer
from nas.study import Run

STUDY = """\
name: pair
kind: comparison
data: {name: digits, limit: 60}
compare: {equal: params, budgets: [40k], seeds: 3}
network:
  stages: 3
  depth: {choice: [1, 2]}
  connect: {choice: [plain, residual]}
train: {epochs: 1, precision: float32}
"""


@pytest.fixture
def study(here: Path) -> Path:
    path = here / "pair.yaml"
    path.write_text(STUDY)
    return path


def start(command, study, *more, out="run"):
    instant = ("--set", "evaluator=instant:by_seed")
    return command("study", study, "--runner", "inline", "--out", out, *instant, *more)


def test_the_plan_lists_networks_widths_and_what_each_spends(command, study):
    result = command("study", study, "--dry-run")
    lines = result.err.splitlines()
    assert result.status == 0
    assert lines[0] == "study      4 networks at equal params, 3 seeds each: 12 trainings"
    assert lines[2].split() == ["network", "among", "spent", "params", "macs", "layers", "width"]
    spent = [float(line.split("params")[1].split("%")[0]) for line in lines[3:7]]
    assert all(99 <= share <= 100 for share in spent)
    assert "search     pair: 12 trials by grid, seed 0" in lines
    assert not Path("results").exists()


def test_the_plan_as_json_is_one_document(command, study):
    plan = json.loads(command("study", study, "--dry-run", "--json").out)
    assert (plan["trainings"], len(plan["networks"]), plan["left_out"]) == (12, 4, [])


def test_every_network_is_trained_with_the_same_seeds(command, study):
    assert start(command, study).status == 0
    trials = Run.open("run").trials
    assert [trial.choices["seed"] for trial in trials] == [1] * 4 + [2] * 4 + [3] * 4
    seeds = {trial.choices["seed"]: {one.seed for one in trials if one.repetition == trial.repetition} for trial in trials}
    assert [len(found) for found in seeds.values()] == [1, 1, 1]
    assert len(set.union(*seeds.values())) == 3
    assert {trial.state for trial in trials} == {"finished"}


def test_the_answer_is_a_table_the_differences_and_a_verdict(command, study):
    start(command, study)
    out = command("show", "run").out
    # Errors are the depth in hundredths, of 8 and 14 layers, and chance.
    assert out.startswith("error at equal params, 4 networks, 3 seeds each\n\n40,000 params\nerror ")
    row = next(line for line in out.splitlines() if line.startswith("depth 1  "))
    assert "8." in row and "*" in row
    assert "40,000 params: best is depth 1," in out
    assert "Shown to be worse: depth 2," in out
    assert "With 3 seeds, only a difference above about" in out


def test_the_json_has_the_comparison_and_the_verdict_as_its_answer(command, study):
    start(command, study)
    document = json.loads(command("show", "run", "--json").out)
    (group,) = document["comparison"]["groups"]
    assert document["answer"] == " ".join(document["comparison"]["verdict"])
    assert {one["verdict"] for one in group["networks"]} == {"reference", "worse", "no difference shown"}
    assert [len(one["values"]) for one in group["networks"]] == [3] * 4


def test_all_trials_are_listed_where_they_are_asked_for(command, study):
    start(command, study)
    assert command("show", "run").out.count(" finished ") == 0
    assert command("show", "run", "--all").out.count(" finished ") == 12


def test_a_study_broken_off_says_what_is_missing_and_resumes_to_the_same_answer(command, study):
    start(command, study, out="whole")
    # The third trial is interrupted: two networks have the first seed.
    broken = start(command, study, "--set", "evaluator=instant:interrupted_by_seed")
    assert broken.status == 130
    out = command("show", "run").out
    assert "Missing are 10 of 12 trainings: depth 1, plain at 40,000 params with seed 2, 3;" in out
    assert "with every seed" in out
    text = Path("run/search.yaml").read_text()
    Path("run/search.yaml").write_text(text.replace("interrupted_by_seed", "by_seed"))
    resumed = command("resume", "run", "--runner", "inline", "--allow-code", "--despite-changes")
    assert resumed.status == 0
    both = [json.loads(command("show", name, "--json").out)["comparison"] for name in ("whole", "run")]
    assert both[0] == both[1]


def test_one_seed_has_a_table_and_no_intervals(command, study):
    result = start(command, study, "--set", "compare.seeds=1")
    assert "warning: one seed shows no spread, so there will be no intervals" in result.err
    assert "Seeds are too few for intervals" in command("show", "run").out


def test_networks_that_were_left_out_are_in_the_table(command, study):
    coarse = ("--set", "network.width={solve: params, multiple: 8}", "--set", "compare.unmet=leave-out")
    result = start(command, study, *coarse, "--set", "compare.tolerance=0.02")
    assert result.status == 0
    assert "left out   depth" in result.err
    assert "Left out: depth" in command("show", "run").out
    assert {trial.state for trial in Run.open("run").trials} == {"finished", "over-budget"}


def test_a_search_space_is_no_study_and_a_study_no_search(command, study, space):
    result = command("study", space)
    assert (result.status, result.err) == (
        2,
        f"nas: {space} is a search space: nas search {space}; a study says kind: comparison\n",
    )
    result = command("search", study)
    assert (result.status, result.err) == (2, f"nas: {study}:2:7: kind: a comparison is run by: nas study {study}\n")


def test_nothing_is_left_where_the_study_is_refused(command, study):
    result = start(command, study, "--set", "compare.budgets=[300]")
    assert result.status == 2
    assert "4 of 4 networks cannot be within 1.0% of their budget" in result.err
    assert not Path("run").exists()


def test_the_shipped_studies_are_listed(command, here):
    names = [line.split()[0] for line in command("study").out.splitlines()[1:]]
    assert names == [
        "digits",
        "identity-vs-merge-and-run-cifar10",
        "identity-vs-merge-and-run-cifar100",
        "resnet-vs-dmrnet-cifar10",
        "resnet-vs-dmrnet-cifar100",
    ]


def test_an_unknown_study_shows_the_nearest(command, here):
    result = command("study", "digit")
    assert result.status == 2
    assert "'digit' is not a known study, and not a file; did you mean 'digits'?" in result.err


def test_a_comparison_cannot_be_extended_or_checked_as_a_space(command, study):
    start(command, study)
    result = command("resume", "run", "--runner", "inline", "--allow-code", "--trials", 20)
    assert (result.status, result.err) == (
        2,
        "nas: run is a comparison, whose trainings are 12; there are no others to extend it by\n",
    )
    result = command("space", "check", study)
    assert (result.status, result.err) == (
        2,
        "nas: pair is a comparison, and no search: nas study --dry-run lists its networks\n",
    )


def test_a_network_that_was_left_out_last_is_not_called_missing(command, study):
    # Of 44k params depth 2, residual, the last of the grid, has no widths of multiples of 8.
    overrides = ["network.width={solve: params, multiple: 8}", "compare={equal: params, budgets: [44k], seeds: 1}"]
    overrides += ["compare.unmet=leave-out", "compare.tolerance=0.1"]
    start(command, study, *(part for one in overrides for part in ("--set", one)))
    out = command("show", "run").out
    assert "Left out: depth 2, residual" in out
    assert "Missing" not in out


def test_an_ordinary_search_has_its_baselines_beside_its_answer(command, space):
    command("search", space, "--runner", "inline", "--out", "run")
    trials = [trial for trial in Run.open("run").trials if trial.state == "finished"]
    largest = max(trials, key=lambda trial: trial.params)
    assert f"by params alone, trial {largest.number} (the largest)" in command("show", "run").out
    document = json.loads(command("show", "run", "--json").out)
    assert document["baselines"]["by_params"] == largest.number
    assert document["baselines"]["draws"] == len(trials)  # of random search all are
    assert document["baselines"]["text"] in command("show", "run").out


def test_the_same_in_python(study):
    run = nas.compare(study, runner="inline", out="run", overrides=["evaluator=instant:by_seed"], seed=3)
    known = answer(run)
    assert known.groups[0].reference.said["depth"] == 1
    assert (known.seeds, run.space.file.strategy.seed) == ([1, 2, 3], 3)
