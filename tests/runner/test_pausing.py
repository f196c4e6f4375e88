"""Trials that pause and go on: on Ray as in this process, and with real training bit for bit as if nothing had been."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import nas
from nas.evaluate import run_job
from nas.runner import Plan
from nas.runner.drive import drive
from nas.space import load
from nas.study import Run

PAUSE = "stop={name: successive-halving, rungs: [1, 2], factor: 2, pause: true}"
PLAN = Plan("inline", "", 1, 1.0, 0.0, 0, None, ())


def table(run: nas.Run) -> list[tuple]:
    return [(t.number, t.state, t.fingerprint, t.choices, t.metrics, sorted(t.curve), t.legs) for t in run.trials]


def test_two_workers_of_ray_pause_and_promote_what_this_process_does(searched):
    one, two = searched("local", PAUSE, "strategy.name=tpe"), searched("laptop", PAUSE, "strategy.name=tpe")
    assert table(one) == table(two)
    assert {trial.state for trial in one.trials} >= {"paused", "finished"}


def test_a_worker_that_dies_in_a_later_leg_costs_that_trial_only(searched):
    run = searched("laptop", PAUSE, "evaluator='made_up:dies_at_last'", "strategy.repeats=retrain")
    failed = [trial for trial in run.trials if trial.state == "failed"]
    assert failed
    assert all(trial.reason == "error: its process was ended by SIGKILL, the last of 2 times" for trial in failed)
    assert all(len(trial.legs) == 3 for trial in failed)


TINY = """
name: tiny
data: {name: digits, limit: 300}
network: {stages: 2, depth: 1, width: {int: [4, 8]}, block: {choice: [basic, preact]}, connect: residual}
train: {epochs: 3, precision: float32}
strategy: {name: random, trials: 4, window: 1}
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A search of real trainings that pause."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "tiny.yaml").write_text(TINY)
    space = load(folder / "tiny.yaml", overrides=[PAUSE]).bound(input_shape=(1, 8, 8), classes=10)
    run = Run.create(folder / "run", space)
    drive(run.search(), run, PLAN)
    return run


def without_seconds(curve: dict[int, dict[str, float]]) -> dict[int, dict[str, float]]:
    return {epoch: {k: v for k, v in metrics.items() if k != "seconds"} for epoch, metrics in curve.items()}


def test_a_trial_that_paused_and_went_on_ends_as_one_that_never_paused_bit_for_bit(trained: Run, tmp_path: Path):
    trial = next(trial for trial in trained.trials if trial.state == "finished")
    assert [leg.until for leg in trial.legs] == [1, 2, None]
    job = replace(trained.job(trial, device="cpu", time_limit_seconds=None), checkpoints=str(tmp_path))
    curve: dict[int, dict[str, float]] = {}
    outcome = run_job(job, lambda epoch, metrics: curve.update({epoch: metrics}) is None)
    assert outcome.status == "finished"
    assert without_seconds(curve) == without_seconds(trial.curve)
    one, other = load_file(tmp_path / "weights.safetensors"), load_file(trained.weights(trial))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_paused_trial_keeps_its_state_also_after_the_search(trained: Run):
    paused = [trial for trial in trained.trials if trial.state == "paused"]
    assert paused
    for trial in paused:
        assert (trained.folder / "checkpoints" / str(trial.number) / "state.pt").is_file()


def test_a_search_in_a_table_pauses_after_12_of_200_epochs(tmp_path: Path):
    settings = ["stop={name: successive-halving, rungs: [12], factor: 8, pause: true}", "strategy.trials=32"]
    run = nas.search("nasbench201-tiny", runner="local", out=tmp_path / "run", overrides=settings)
    trained = [trial for trial in run.trials if trial.trains]
    finished = [trial for trial in trained if trial.state == "finished"]
    assert (len(trained), len(finished)) == (32, 4)
    at_rung = sorted(trial.curve[12]["error"] for trial in trained)
    assert at_rung[:1] == [min(trial.curve[12]["error"] for trial in finished)]
    assert all(sorted(trial.curve) == [12] for trial in trained if trial.state == "paused")
    assert run.best.state == "finished"
