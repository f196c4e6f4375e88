"""Many trials in one study, and many workers on one search. Times are of the processor: others use the machine as well."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path

import pytest

from nas.cli.leaderboard import overview
from nas.space import SearchSpace, load
from nas.study import Run
from nas.testing.simulated import made_up_error, run_in_memory, simulate, spread

SPACE = """
name: scale
data: {name: digits}
network:
  stages: 2
  depth: {int: [1, 4], each: stage}
  width: {int: [4, 64]}
  block: {choice: [basic, preact, bottleneck, separable], each: stage}
  connect: {choice: [plain, residual, dense]}
train: {epochs: 1}
strategy: {name: evolution}
"""


def space_of(folder: Path, *overrides: str) -> SearchSpace:
    path = folder / "scale.yaml"
    path.write_text(SPACE)
    return load(path, overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)


def resident_mib() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


@pytest.mark.parametrize(
    ("trials", "show", "resume"),
    [(500, 1.0, 2.0), pytest.param(10_000, 4.0, 10.0, marks=[pytest.mark.long, pytest.mark.timeout(1800)])],
)
def test_a_long_study_takes_little_memory_and_is_shown_and_resumed_soon(
    tmp_path: Path, trials: int, show: float, resume: float
) -> None:
    run = Run.create(tmp_path / "run", space_of(tmp_path, f"strategy.trials={trials}"))
    memory = {}

    def watch(trial) -> None:
        if trial.state == "finished" and trial.number + 1 in (trials // 10, trials):
            memory[trial.number + 1] = resident_mib()

    simulate(run.search(watch=watch), workers=1, seconds=lambda trial: 60.0, result=made_up_error)
    grown = memory[trials] - memory[trials // 10]
    assert grown < 100 * (trials - trials // 10) / 9000, f"{grown:.0f} MiB"
    assert (run.folder / "study.journal").stat().st_size < 4000 * trials

    started = time.process_time()
    overview(Run.open(run.folder), limit=8, width=120)
    shown = time.process_time()
    assert shown - started < show
    assert Run.open(run.folder).search(trials=trials + 1).ask() is not None
    assert time.process_time() - shown < resume


@pytest.mark.parametrize(
    ("trials", "workers"),
    [(1000, 50), pytest.param(100_000, 1000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])],
)
def test_a_fleet_is_busy_for_95_percent_of_its_time(tmp_path: Path, trials: int, workers: int) -> None:
    space = space_of(tmp_path, "network.stages=3", f"strategy.trials={trials}", f"strategy.window={3 * workers}")
    shares = simulate(run_in_memory(space), workers=workers, seconds=spread(60.0, 0.3), result=made_up_error)
    assert shares.share(shares.busy) >= 0.95
    assert shares.driver_seconds / shares.legs < 60.0 / 1000  # what 1,000 workers with trials of 60 s leave to the driver


def test_a_larger_window_costs_less_time_of_workers(tmp_path: Path) -> None:
    idle = []
    for window in (10, 20, 40):
        space = space_of(tmp_path, "strategy.name=random", "strategy.trials=200", f"strategy.window={window}")
        search = run_in_memory(space)
        shares = simulate(search, workers=10, seconds=spread(60.0, 0.3), result=made_up_error, driver=False)
        idle.append(shares.share(shares.order))
    assert idle[0] > 0.2
    assert idle[1] < 0.06
    assert idle[2] <= 0.01
