"""The Ray runner on real processes: the same search as anywhere else, and what a trial may do to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import nas

STRATEGIES = ["random", "tpe", "nsga2", "gp"]


def table(run: nas.Run) -> list[tuple]:
    return [(t.number, t.state, t.fingerprint, t.choices, t.metrics, sorted(t.curve)) for t in run.trials]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_two_workers_of_ray_search_what_this_process_searches(searched, strategy):
    assert table(searched("laptop", f"strategy.name={strategy}")) == table(searched("local", f"strategy.name={strategy}"))


def test_one_worker_of_ray_searches_what_two_do(searched, one_worker):
    assert table(searched(one_worker, "strategy.name=tpe")) == table(searched("laptop", "strategy.name=tpe"))


def test_what_a_trial_does_costs_that_trial_only(searched):
    run = searched("laptop", "evaluator='made_up:troubled'", "strategy.repeats=retrain", "stop.name=none")
    assert {t.number: t.reason for t in run.trials if t.state == "failed"} == {
        1: "error: RuntimeError: as planned",
        4: "error: its process was ended by SIGKILL, the last of 2 times",
        5: "not a number: error = nan",
    }
    assert sum(t.state == "finished" for t in run.trials) == 9


def start(space: Path, run: Path, log: Path, *command: str) -> subprocess.Popen:
    """`nas` in a process of its own that carries a mark, which all its children inherit."""
    marks = {"MADE_UP_LOG": str(log), "NAS_TEST_MARK": str(run)}
    environment = os.environ | marks | {"PYTHONPATH": str(Path(__file__).parent), "OMP_NUM_THREADS": "1"}
    with (run.parent / f"{command[0]}.txt").open("w") as told:
        return subprocess.Popen([sys.executable, "-m", "nas", *command, "--allow-code"], env=environment, stderr=told)


def marked(run: Path) -> list[int]:
    """Processes that carry the mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"NAS_TEST_MARK={run}\0".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def wait_for(condition, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def test_a_search_killed_in_mid_trial_is_resumed_and_no_trial_is_lost_or_run_twice(space, tmp_path):
    run, log = tmp_path / "run", tmp_path / "log"
    settings = ["evaluator='made_up:slow'", "strategy.repeats=retrain", "stop.name=none", "strategy.trials=6"]
    overrides = [part for setting in settings for part in ("--set", setting)]
    process = start(space, run, log, "search", str(space), "--out", str(run), *overrides)
    wait_for(lambda: log.exists() and len(log.read_text().split()) >= 2)
    process.kill()
    process.wait()
    before = [t.number for t in nas.Run.open(run).trials if t.state == "finished"]
    resumed = start(space, run, log, "resume", str(run))
    assert resumed.wait(timeout=240) == 0, (tmp_path / "resume.txt").read_text()
    trials = nas.Run.open(run).trials
    assert [t.number for t in trials if t.state == "finished"] == list(range(6))
    done = [int(number) for number in log.read_text().split()]
    assert set(done) == set(range(6))
    assert all(done.count(number) == 1 for number in before)


def test_ctrl_c_ends_with_status_130_and_leaves_no_process(space, tmp_path):
    run, log = tmp_path / "run", tmp_path / "log"
    process = start(space, run, log, "search", str(space), "--out", str(run), "--set", "evaluator='made_up:slow'")
    wait_for(lambda: log.exists())
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=180) == 130
    told = (tmp_path / "search.txt").read_text()
    assert f"nas resume {run}" in told
    assert "Traceback" not in told
    wait_for(lambda: not marked(run), seconds=15)


def test_operations_and_blocks_of_ones_own_reach_the_workers(space, tmp_path):
    space.write_text(space.read_text().replace("data:", "imports: [mine]\ndata:").replace("[basic, preact,", "[mine, preact,"))
    run, log = tmp_path / "run", tmp_path / "log"
    process = start(space, run, log, "search", str(space), "--out", str(run), "--set", "network.block=mine", "--trials", "3")
    assert process.wait(timeout=240) == 0, (tmp_path / "search.txt").read_text()
    text = (run / "search.yaml").read_text()
    assert "- mine" in text
    shown = start(space, run, log, "show", str(run), "best")
    assert shown.wait(timeout=180) == 0
