"""runners/slurm/search.sbatch in a real Slurm of two nodes: it ends, and goes on when it is submitted again."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from private_slurm import Slurm, slurm, wait_until, why_not

import nas

ROOT = Path(__file__).parents[2]
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT")
pytestmark = [pytest.mark.long, pytest.mark.timeout(3600), pytest.mark.skipif(bool(why_not()), reason=why_not())]


@pytest.fixture
def private() -> Iterator[Slurm]:
    with tempfile.TemporaryDirectory(prefix="nas-slurm-", dir="/var/tmp") as folder, slurm(Path(folder)) as found:
        yield found


def submit(private: Slurm, *options: str) -> str:
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(private.folder), "TMPDIR": "/tmp"}
    words = ["--nodes=2", "--cpus-per-task=2", f"--output={private.folder}/out", str(ROOT / "runners/slurm/search.sbatch")]
    return private.submit(*words, "tiny", f"{private.folder}/run", *options, **environment, OMP_NUM_THREADS="1")


def out(private: Slurm) -> str:
    path = private.folder / "out"
    return path.read_text() if path.exists() else ""


def end(private: Slurm, job: str) -> str:
    """The exit status of a job, when it has ended."""
    wait_until(lambda: private.state(job) in ENDED, lambda: out(private))
    return private.field(job, "ExitCode")


def test_a_job_searches_on_its_nodes_and_goes_on_where_it_was_told_to_end(private: Slurm):
    first = submit(private, "--trials", "40", "--set", "train.epochs=20", "--set", "stop.name=none")
    wait_until(lambda: "finished  " in out(private) or private.state(first) in ENDED, lambda: out(private))
    assert private.state(first) == "RUNNING", out(private)
    private.run("scancel", "--batch", "--signal=TERM", first)
    assert end(private, first) == "143:0", out(private)
    assert f"nas resume {private.folder}/run" in out(private)
    done = {trial.number: trial.metrics for trial in nas.Run.open(private.folder / "run").trials if trial.state == "finished"}
    assert 0 < len(done) < 40
    second = submit(private)
    assert end(private, second) == "0:0", out(private)
    trials = nas.Run.open(private.folder / "run").trials
    assert {trial.number: trial.metrics for trial in trials if trial.number in done} == done
    assert not [trial for trial in trials if trial.state == "running"]
    assert not list(private.folder.glob(".ray-*"))  # the token goes with the allocation
