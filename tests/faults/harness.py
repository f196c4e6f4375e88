"""Searches that are broken off and taken up again, and what must hold of each when it is over.

The command runs in processes of its own (`fork_server.py`). What happened is heard from two witnesses outside of the search:
a file that each trial appends to (`trials.py`), and what the command told the person before it was killed.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from commands import Command, Home, lives
from settled import check_settled, row_states

from nas.study import Run

SETTLED = ("finished", "stopped", "failed")
SPACE = """
name: faults
data: {name: digits}
network:
  stages: 2
  depth: {int: [1, 6]}
  width: {int: [4, 24]}
  block: {choice: [basic, preact, bottleneck, inception]}
  connect: {choice: [plain, residual, merge-and-run, dense]}
budget: {params: 60k}
objectives: [error, macs]
train: {epochs: 4}
strategy: {name: random, trials: 24, seed: 3, window: 4}
evaluator: "trials:quick"
"""
HALVING = ("stop.name=successive-halving", "stop.rungs=[1, 2]", "stop.factor=2", "stop.metric=error")
RULES = {"none": (), "halving": HALVING, "pause": (*HALVING, "stop.pause=true")}


@dataclass
class Broken:
    """One search that is broken off, and what was known of it each time."""

    command: Command
    home: Home
    settings: tuple[str, ...] = ()
    runner: str = "engine: inline"  # the profile: a shipped name, or what stands in its file
    more: tuple[str, ...] = ()  # arguments of a resume
    space: str = SPACE
    starts: int = 0
    kills: int = 0
    expected: tuple[int, ...] = (0, -signal.SIGKILL)  # statuses with which the driver may end
    _settled: dict[tuple[int, int | None], dict] = field(default_factory=dict)  # leg -> metrics, at the last kill
    _heard: int = 0  # lines of the witness at the last kill

    @property
    def run(self) -> Path:
        return self.home.folder / "run"

    @property
    def exists(self) -> bool:
        """Whether the run was made; killed before that, a search is begun again."""
        return (self.run / "study.journal").exists() and not (self.run / ".unfinished").exists()

    def arguments(self) -> list[str]:
        """Search, or resume what is there."""
        self.home.folder.mkdir(parents=True, exist_ok=True)
        runner = self.runner
        if ":" in runner:
            (self.home.folder / "runner.yaml").write_text(f"name: faults\n{runner}\n")
            runner = "runner.yaml"
        if self.exists:
            return ["resume", "run", "--allow-code", "--runner", runner, *self.more]
        (self.home.folder / "space.yaml").write_text(self.space)
        changes = [part for setting in self.settings for part in ("--set", setting)]
        return ["search", "space.yaml", "--out", "run", "--allow-code", "--runner", runner, *changes]

    def go_on(
        self, *, kill_after: float | None = None, kill_when: int | None = None, kill: Callable[[int], None] | None = None
    ) -> int:
        """Start the driver once; gives its exit status (minus a signal's number).

        It is killed after so many seconds, or when the witness has heard so many lines. kill: how; gets the process's id.
        """
        self.starts += 1
        pid = self.command.start(self.arguments(), self.home)
        if kill_after is not None:
            time.sleep(kill_after)
        while kill_when is not None and len(self.heard()) < kill_when and lives(pid):
            time.sleep(0.001)
        if kill_after is not None or kill_when is not None:
            (kill or (lambda pid: os.kill(pid, signal.SIGKILL)))(pid)
        status = self.command.wait(pid)
        self.note(status)
        return status

    def note(self, status: int) -> None:
        """Compare what is there now with what was known at the last kill, and remember what is known now."""
        self.kills += status == -signal.SIGKILL
        assert status in self.expected, f"exit status {status}: {self.home.err.read_text()[-2000:]}"
        heard = self.heard()
        again = {leg for what, leg in heard[self._heard :] if what == "begin"} & set(self._settled)
        assert not again, f"legs {sorted(again, key=str)} were settled, and were trained again"
        settled = settled_legs(Run.open(self.run, allow_code=True)) if self.exists else {}
        lost = {leg: metrics for leg, metrics in self._settled.items() if settled.get(leg) != metrics}
        assert not lost, f"legs {lost} were settled, and are {[settled.get(leg) for leg in lost]}"
        told = {int(number) for number in re.findall(r"^trial +(\d+)  (?:finished|stopped)", self.home.err.read_text(), re.M)}
        unknown = told - {number for number, _ in settled}
        assert not unknown, f"trials {unknown} were told to the person, and are not in the study"
        self._settled, self._heard = settled, len(heard)

    def heard(self) -> list[tuple[str, tuple[int, int | None]]]:
        """What trials said: begin or end, and which leg: the number, and the epoch that it went until."""
        lines = self.home.witness.read_text().splitlines() if self.home.witness.exists() else []
        parts = [line.split() for line in lines]
        return [(what, (int(number), None if until == "None" else int(until))) for what, number, until, _ in parts]


def settled_legs(run: Run) -> dict[tuple[int, int | None], dict]:
    """Legs whose outcome the study has, and the metrics there; of legs before the last one the curve up to there."""
    found = {}
    for trial in run.trials:
        for place, leg in enumerate(trial.legs):
            last = place == len(trial.legs) - 1
            if not last or trial.state in SETTLED or trial.state == "paused":
                ends = max(trial.curve, default=0) if leg.until is None else leg.until
                found[trial.number, leg.until] = {e: m for e, m in trial.curve.items() if e <= ends}
    return found


def table(folder: Path) -> list[tuple]:
    """What two runs must agree on, to the bit."""
    run = Run.open(folder, allow_code=True)
    return [
        (t.number, t.fingerprint, t.state, t.metrics, t.curve, t.choices, t.legs, t.parents, t.repeats, t.reason)
        for t in run.trials
    ]


def rows(folder: Path) -> list[str]:
    """States of the rows of Optuna's study."""
    return row_states(Run.open(folder, allow_code=True))


def check_over(broken: Broken, twin: Path) -> None:
    """What must hold of a search that is over, beside what each `note` has found."""
    assert table(broken.run) == table(twin), "the table differs from that of the unbroken search"
    assert rows(broken.run) == rows(twin)
    check_settled(Run.open(broken.run, allow_code=True))
    check_clean(broken.home, broken.run)


def check_clean(home: Home, run: Path, *, wait_seconds: float = 5.0) -> None:
    """Nothing half-written, no process and no temporary folder is left."""
    litter = [path for path in run.rglob("*") if path.name.endswith((".tmp", ".partial", ".before"))]
    assert not litter, f"half-written files were left: {litter}"
    deadline = time.monotonic() + wait_seconds
    while (alive := home.processes()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive, f"processes {alive} are left"
    assert not list(home.temporary.iterdir()), f"temporary files are left: {list(home.temporary.iterdir())}"
