"""What befalls the process of a trial costs that trial only, on both runners, and is recorded for what it was."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest
import striking
from settled import check_settled

import nas

HERE = Path(__file__).parent
TRIALS = 6
PLACES = {"first": 0, "middle": 2, "last": TRIALS - 1}
REASONS = {
    "killed": "error: its process was ended by SIGKILL, the last of 2 times",
    "exits": "error: its process ended with status 7, the last of 2 times",
    "segfault": "error: its process was ended by SIGSEGV, the last of 2 times",
    "memory": "out of memory: does not fit (MemoryError)",
    "hang": "time limit: no report for 0.1 minutes",
    "raises": "error: RuntimeError: as planned",
}
SPACE = f"""
name: struck
data: {{name: digits}}
network: {{stages: 2, depth: {{int: [1, 3]}}, width: {{int: [4, 24]}}, block: basic, connect: plain}}
train: {{epochs: 3}}
evaluator: "striking:strike"
strategy: {{name: random, trials: {TRIALS}, repeats: retrain}}
"""
RUNNER = "name: {engine}\nengine: {engine}\nworkers: 2\nretries: 1\nsilence_minutes: 0.1\nmemory_gb: 0.6\n"


class Struck:
    """Searches in a folder, with one fault each."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, patch
        (folder / "struck.yaml").write_text(SPACE)
        patch.setenv("LOG", str(folder / "log"))

    def search(self, engine: str, kind: str, number: int, *, times: int = 99, **environment: str) -> nas.Run:
        (self.folder / "log").unlink(missing_ok=True)
        for name, value in {"STRIKE": f"{kind}:{number}:{times}", **environment}.items():
            self._patch.setenv(name, value)
        runner = self.folder / f"{engine}.yaml"
        runner.write_text(RUNNER.format(engine=engine))
        out = self.folder / f"{engine}-{kind}-{number}"
        run = nas.search(self.folder / "struck.yaml", runner=str(runner), out=out, allow_code=True)
        check_settled(run)
        return run

    @property
    def lines(self) -> list[list[str]]:
        return [line.split() for line in (self.folder / "log").read_text().splitlines()]

    @property
    def attempts(self) -> Counter[int]:
        """How often each trial was begun, as the trials themselves wrote down."""
        return Counter(int(words[1]) for words in self.lines if words[0] == "begin")

    def left(self) -> list[int]:
        """Processes of trials that still run."""
        return [int(words[3]) for words in self.lines if words[0] == "begin" and os.path.exists(f"/proc/{words[3]}")]


@pytest.fixture
def struck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Struck:
    return Struck(tmp_path, monkeypatch)


CELLS = [(engine, kind, place) for engine in ("local", "ray") for kind in striking.KINDS for place in PLACES]
done: Counter[tuple[str, str]] = Counter()  # cells of the matrix
SHORT = {("local", kind, "first") for kind in ("segfault", "memory", "raises")} | {
    ("ray", "killed", "last"),
    ("local", "hang", "middle"),
}


@pytest.mark.parametrize(
    ("engine", "kind", "place"),
    [pytest.param(*cell, marks=[] if cell in SHORT else [pytest.mark.long]) for cell in CELLS],
)
def test_a_fault_costs_the_trial_that_it_befalls_and_no_other(struck: Struck, record, engine, kind, place):
    number = PLACES[place]
    run = struck.search(engine, kind, number)
    trials = run.trials
    assert {trial.number: trial.state for trial in trials} == {n: "failed" if n == number else "finished" for n in range(TRIALS)}
    assert trials[number].reason == REASONS[kind]
    assert trials[number].metrics.keys() == {"error"}  # of the epoch before
    died = kind in ("killed", "exits", "segfault")
    assert struck.attempts == {n: 2 if n == number and died else 1 for n in range(TRIALS)}
    assert not struck.left()
    done[kind, engine] += 1
    record(
        "P4",
        f"a trial's process: {kind}, {engine}",
        times=done[kind, engine],
        promised="that trial fails with the reason, no other is hit, attempts are exact",
        found="0 other trials hit, 0 processes left",
    )


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.long)])
def test_a_trial_whose_process_was_killed_goes_on_from_its_last_checkpoint(struck: Struck, record, monkeypatch, engine):
    monkeypatch.setattr(sys.modules[__name__], "RUNNER", "name: {engine}\nengine: {engine}\nworkers: 2\n")
    run = struck.search(engine, "killed", 1, times=1, SAVES="torch")
    assert [trial.state for trial in run.trials] == ["finished"] * TRIALS
    assert run.trials[1].attempt == 2
    epochs = [(int(words[2]), int(words[3])) for words in struck.lines if words[:2] == ["epoch", "1"]]
    assert epochs == [(1, 1), (2, 2), (2, 3)]  # (attempt, epoch): none was trained twice
    record("P4", f"killed in mid-trial, {engine}", times=1, promised="at most one epoch lost", found="0 epochs trained twice")


def test_an_evaluator_that_never_looks_at_the_clock_is_ended_after_its_time(struck: Struck, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "RUNNER", "name: {engine}\nengine: {engine}\ntime_limit_minutes: 0.02\n")
    run = struck.search("local", "hang", 0)
    assert [(trial.state, trial.reason) for trial in run.trials][:2] == [
        ("failed", "time limit: 1.2 s are over"),
        ("finished", ""),
    ]
