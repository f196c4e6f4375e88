"""Whatever an evaluator gives back, or raises: recorded with a reason, the search goes on, and nothing is left running."""

from __future__ import annotations

from pathlib import Path

import odd
import pytest
from settled import check_settled

import nas
from nas.evaluate.outcome import MAX_REASON

SPACE = """
name: odd
data: {{name: digits}}
network: {{stages: 2, depth: {{int: [1, 3]}}, width: {{int: [4, 24]}}, block: basic, connect: plain}}
train: {{epochs: 1}}
objectives: {objectives}
evaluator: "odd:evaluate"
strategy: {{name: random, trials: {trials}, repeats: retrain}}
"""


@pytest.mark.parametrize("objectives", ["[error]", "[error, loss]"])
@pytest.mark.parametrize(
    "engine", ["inline", pytest.param("local", marks=pytest.mark.long), pytest.param("laptop", marks=pytest.mark.long)]
)
def test_no_result_ends_a_search_or_poisons_its_best(tmp_path: Path, record, objectives, engine):
    cases = odd.RESULTS
    count = len(cases) + 1  # the last one is good
    (tmp_path / "odd.yaml").write_text(SPACE.format(objectives=objectives, trials=count))
    run = nas.search(tmp_path / "odd.yaml", runner=engine, out=tmp_path / "run", allow_code=True)
    trials = run.trials
    assert len(trials) == count
    named = dict(zip(cases, trials[:-1], strict=True))
    states = {name: trial.state for name, trial in named.items()}
    assert states == dict.fromkeys(cases, "failed")
    for name, trial in named.items():
        assert trial.reason and len(trial.reason) <= MAX_REASON + 100, name
        trial.reason.encode("utf-8")
        assert cases[name] in trial.reason, (name, trial.reason)
    assert trials[-1].state == "finished"
    assert run.best.number == count - 1
    assert [trial.number for trial in run.front] == [count - 1]
    check_settled(run)
    names = objectives.count(",") + 1
    record(
        "P5",
        f"{len(cases)} kinds of results, {names} objective{'s' * (names > 1)}, {engine}",
        times=len(cases),
        promised="each failed with a reason, the search goes on",
        found="0 rows running, 0 in the best or the front",
    )
