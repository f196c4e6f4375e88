"""Files, names and runs from a stranger (`tests/security`): they run no code, touch nothing, and end in the error of a user."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import patience
import pytest

import nas

SECURITY = Path(__file__).parents[1] / "security"
SECONDS = 2
SPACE = """\
name: good
data: {name: digits, limit: 60}
network: {stages: 2, depth: {int: [1, 3]}, width: {int: [4, 12]}, block: {choice: [basic, bottleneck]}}
budget: {params: 20k}
objectives: [error, macs]
train: {epochs: 1, precision: float32}
strategy: {name: random, trials: 2, seed: 5}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good run, of which hostile ones are made."""
    folder = tmp_path_factory.mktemp("good")
    (folder / "good.yaml").write_text(SPACE)
    nas.search(folder / "good.yaml", runner="local", out=folder / "run")
    return folder / "run"


def given(folder: Path, run: Path, *, step: int) -> list[dict[str, Any]]:
    """What became of every `step`-th hostile input; a process that an input kills is started again behind it."""
    found: list[dict[str, Any]] = []
    place = 0
    while True:
        work = folder / f"from{place}"
        work.mkdir()
        command = [sys.executable, str(SECURITY / "child.py"), str(work), str(run), str(place), str(step)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=patience.SECONDS)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        found += [{**head, **end} for head, end in zip(lines[::2], lines[1::2], strict=False)]
        if done.returncode == 0:
            return found
        assert done.returncode < 0, done.stderr
        found.append({**lines[-1], "status": signal.Signals(-done.returncode).name})
        place = lines[-1]["place"] + step


def complaint(end: dict[str, Any]) -> str:
    """What is wrong with how an input ended, or nothing."""
    if end["touched"]:
        return f"it touched {end['touched']}"
    if end["status"] not in ((0, 2) if end["harmless"] else (2,)):
        return f"it ended with {end['status']}"
    errors = [line for line in end["said"].splitlines() if line.startswith("nas: ")]
    if end["status"] == 2 and len(errors) != 1:
        return f"it said {end['said']}"
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in end["said"]):
        return f"it wrote control characters: {end['said']!r}"
    return f"it took {end['seconds']:.1f} s" if end["seconds"] > SECONDS else ""


@pytest.mark.parametrize("step", [16, pytest.param(1, marks=pytest.mark.long)])
def test_no_hostile_input_runs_code_or_touches_a_file_or_ends_otherwise_than_in_an_error(run, step, tmp_path, record):
    ends = given(tmp_path, run, step=step)
    assert {end["name"]: found for end in ends if (found := complaint(end))} == {}
    assert len(ends) >= (300 if step == 1 else 60)
    refused = sum(end["status"] == 2 for end in ends)
    slowest = max(end["seconds"] for end in ends)
    fault = "hostile search space, runner, genome, data set, table, checkpoint, weights, run or name"
    found = f"{len(ends):,} inputs: {refused:,} refused, {len(ends) - refused:,} harmless, 0 ran code, 0 touched a file"
    record("P14", fault, times=len(ends), promised="no code is run, nothing outside of the folder touched", found=found)
    promised = f"an error of one line, status 2, within {SECONDS} s and 512 MiB"
    record("P15", fault, times=len(ends), promised=promised, found=f"0 others; the slowest took {slowest:.1f} s")
