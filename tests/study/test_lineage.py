"""Parents: who they are, whose weights are handed on, and who is compared with whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import drive, evaluate, table

from nas.errors import InputError
from nas.evaluate import Job, Outcome, run_job
from nas.study import Run

INHERIT = ["strategy.name=local", "train.inherit=true", "strategy.trials=14", "objectives=[error]", "strategy.window=2"]


def job(run: Run, number: int, state: str = "running") -> Job:
    trial = run.trials[number]
    trial.state = state
    return run.job(trial, device="cpu", time_limit_seconds=None)


def test_a_childs_parents_are_those_that_the_strategy_noted(start):
    run = start("strategy.name=evolution", "strategy.options={tournament: 2}", "strategy.window=1")
    drive(run.search())
    rows = run.store.load()[1]
    noted = [list(row.system_attrs.get("strategy:parents", [])) for row in rows]
    assert [trial.parents for trial in run.trials] == noted
    assert any(noted)


def test_a_trial_inherits_from_its_first_parent_that_is_known_to_have_finished(start):
    run = start(*INHERIT)
    search = run.search()
    while (trial := search.ask()) is not None:
        known = {t.number for t, leg in search._order.legs[: trial.legs[0].known] if t.state == "finished"}
        originals = [search.trials[p].repeats if search.trials[p].repeats is not None else p for p in trial.parents]
        assert trial.inherits == next((p for p in originals if p in known), None)
        if trial.number % 3 == 2:
            search.tell(trial.number, Outcome(status="failed", reason="error: as planned", seconds=1.0))
        else:
            evaluate(search, trial)
    assert sum(trial.inherits is not None for trial in run.trials) > 3


def test_without_train_inherit_nobody_inherits(start):
    run = start(*INHERIT, "train.inherit=false")
    drive(run.search())
    assert any(trial.parents for trial in run.trials)
    assert all(trial.inherits is None for trial in run.trials)


def test_the_job_of_a_child_names_its_parents_network_and_the_weights_of_the_search(start):
    run = start(*INHERIT, "train.epochs=5")
    drive(run.search())
    child = next(trial for trial in run.trials if trial.inherits is not None)
    found = job(run, child.number)
    weights = run.folder / "checkpoints" / str(child.inherits) / "weights.safetensors"
    assert found.parent == {"genome": run.trials[child.inherits].genome, "weights": str(weights.resolve())}
    assert (found.epochs, found.until) == (3, None)
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()


def test_a_whole_training_of_a_child_is_from_scratch(start):
    run = start(*INHERIT, "train.epochs=5")
    drive(run.search())
    child = next(trial for trial in run.trials if trial.inherits is not None)
    found = job(run, child.number, "finished")
    assert (found.parent, found.epochs, found.until) == (None, 5, None)


def test_a_child_of_a_parent_whose_weights_are_gone_fails_and_says_so(start):
    run = start(*INHERIT)
    drive(run.search())
    child = next(trial for trial in run.trials if trial.inherits is not None)
    outcome = run_job(job(run, child.number), lambda epoch, metrics: True)
    assert outcome.status == "failed"
    assert "the parent's weights cannot be read" in outcome.reason
    assert "No such file" in outcome.reason


def test_inherited_and_fresh_trials_have_rungs_of_their_own(start):
    """A child that would be the worst of all, but is the first of its kind, goes on; the same value of a fresh one ends."""
    run = start(*INHERIT, "strategy.window=1", "stop={name: successive-halving, rungs: [1], factor: 2}")
    search = run.search()
    asked = {"fresh": 0, "child": 0}
    while (trial := search.ask()) is not None:
        kind = "fresh" if trial.inherits is None else "child"
        value = asked[kind] + (0 if kind == "fresh" else 100)
        before, asked[kind] = asked[kind], asked[kind] + 1
        assert search.report(trial.number, 1, {"error": value}) == (before < 2)
        search.tell(trial.number, Outcome(status="finished", metrics={"error": value}, seconds=1.0))
    assert asked["child"] > 3


def test_a_search_with_inheritance_is_the_same_with_three_workers(start):
    pause = "stop={name: successive-halving, rungs: [1], factor: 2, pause: true}"
    one, three, broken = start(*INHERIT, pause), start(*INHERIT, pause), start(*INHERIT, pause)
    drive(one.search())
    drive(three.search(), workers=3)
    while not (search := Run.open(broken.folder).search()).over:
        evaluate(search, search.ask())
    assert table(one) == table(three) == table(broken)


def test_results_of_a_table_cannot_be_inherited(space, tmp_path: Path):
    (tmp_path / "t.csv").write_text("fingerprint,error\n0,0.5\n")
    with pytest.raises(InputError, match=r"train\.inherit: results of a table are those of networks"):
        space("train.inherit=true", f"evaluator='table:{tmp_path}/t.csv'")
