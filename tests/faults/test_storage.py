"""Checkpoints that are elsewhere: workers and drivers that die, a storage that is away, a disk that must not fill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import patience
import pytest
from settled import check_settled

import nas
from nas import storage
from nas.study import Run

SPACE = """\
name: stored
imports: [buckets]
data: {name: digits, limit: 60}
network: {stages: 2, depth: {int: [1, 3]}, width: {int: [4, 12]}}
budget: {params: 20k}
objectives: [error]
train: {epochs: 2, batch: 20, precision: float32}
strategy: {name: random, trials: 5, seed: 5}
"""
TESTS = Path(__file__).parents[1]


@pytest.fixture
def buckets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder behind bucket://, for this process and those that it starts."""
    folder = tmp_path / "buckets"
    folder.mkdir()
    monkeypatch.setenv("BUCKETS", str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.chdir(tmp_path)
    import buckets as module

    module.register()
    return folder


def files(folder: Path, *, runner: str = "engine: local", **profile: object) -> tuple[str, str]:
    """A search space and a runner's profile."""
    (folder / "stored.yaml").write_text(SPACE)
    lines = [f"{name}: {json.dumps(value)}" for name, value in profile.items()]
    (folder / "runner.yaml").write_text("\n".join(["name: stored", runner, *lines]))
    return str(folder / "stored.yaml"), str(folder / "runner.yaml")


def found(run: Run) -> list[tuple]:
    """All that must be equal wherever checkpoints are: every result but the time that it took."""
    kept = [(t.number, t.state, t.fingerprint, {k: v for k, v in t.metrics.items() if k != "seconds"}) for t in run.trials]
    return [*kept, [t.inherits for t in run.trials]]


def command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nas", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_search_with_its_checkpoints_in_a_bucket_survives_the_loss_of_its_machine(
    buckets: Path, tmp_path: Path, record
) -> None:
    space, runner = files(tmp_path, storage="bucket://sweeps")
    whole = nas.search(space, runner="local", out="whole", allow_code=True)
    driver = command("search", space, "--runner", runner, "--out", "run", "--allow-code")
    deadline = time.monotonic() + patience.SECONDS
    while not list(buckets.glob("sweeps/*/1/*")) and time.monotonic() < deadline and driver.poll() is None:
        time.sleep(0.02)
    assert driver.poll() is None, driver.communicate()[1]
    os.killpg(driver.pid, signal.SIGKILL)
    driver.communicate()
    shutil.move("run", "elsewhere")  # the folder is taken to another machine; what the bucket holds is reached from there
    nas.resume("elsewhere", runner="local", allow_code=True)
    run = Run.open("elsewhere", allow_code=True)
    check_settled(run)
    assert found(run) == found(whole)
    assert not list(Path("elsewhere").rglob("*.safetensors"))
    assert str(run.checkpoints).startswith("bucket://sweeps/run-")
    assert run.model(run.best) is not None
    record(
        "P7",
        "the machine is lost with its driver and workers; checkpoints in a bucket",
        times=1,
        promised="resumed elsewhere from there, with the results of an unbroken run",
        found=f"{len(run.trials)} of {len(run.trials)} trials equal",
    )


def test_a_storage_that_cannot_be_used_is_an_error_before_the_first_trial(
    buckets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record
) -> None:
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.3)
    wrong = {
        "bucket://sweeps": "RuntimeError: no credentials|no answer within",
        "bucket2://sweeps": "'bucket2' is not a kind of storage",
        "s3://me:s3cr3t@bucket/x": "must hold no password",
        str(tmp_path / "stored.yaml" / "x"): "Not a directory",
    }
    (buckets / "broken").write_text("no credentials")
    for place, reason in wrong.items():
        space, runner = files(tmp_path, storage=place)
        with pytest.raises(nas.InputError, match=reason) as caught:
            nas.search(space, runner=runner, out="run", allow_code=True)
        assert "s3cr3t" not in str(caught.value)
        assert not Path("run").exists()
    record(
        "P10",
        "a storage that cannot be reached, is misspelt, holds a password, or lacks rights",
        times=len(wrong),
        promised="an error before the first trial, and no run",
        found=f"{len(wrong)} of {len(wrong)} refused",
    )


def test_a_sweep_stays_below_the_limit_of_its_storage(buckets: Path, tmp_path: Path, record) -> None:
    space, runner = files(tmp_path, storage="bucket://sweeps", keep={"gigabytes": 60_000 / 1e9})
    whole = nas.search(space, runner="local", out="whole", allow_code=True)
    most = 0

    def watch(trial: object) -> None:
        nonlocal most
        most = max(most, sum(path.stat().st_size for path in buckets.rglob("*") if path.is_file()))

    run = nas.search(space, runner=runner, out="run", watch=watch, allow_code=True)
    assert found(run) == found(whole)
    left = [t.number for t in run.trials if (run.checkpoints / t.number).exists("weights.safetensors")]
    assert run.best.number in left
    assert len(left) < len(run.trials)
    assert sum(size for name, size in run.checkpoints.sizes().items() if "deleted" not in name) <= 60_000
    record(
        "P10",
        "a limit on what trials leave, of 60 kB",
        times=len(run.trials),
        promised="weights of the worst go; the search is the same",
        found=f"{len(run.trials) - len(left)} of {len(run.trials)} deleted; {most // 1000} kB at most, while one was trained",
    )


def test_a_search_on_a_server_of_s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record) -> None:
    pytest.importorskip("s3fs", reason="the extra s3 is not installed")
    server = pytest.importorskip("moto.server", reason="moto[server], a server of S3 for tests, is not installed")
    with_server = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    with_server.start()
    try:
        host, port = with_server.get_host_and_port()
        for name, value in {
            "ENDPOINT_URL": f"http://{host}:{port}",
            "ACCESS_KEY_ID": "canary",
            "SECRET_ACCESS_KEY": "canary",
        }.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.chdir(tmp_path)
        import s3fs

        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("bucket")
        space, runner = files(tmp_path, storage="s3://bucket/sweeps", keep={"best": 2})
        Path(space).write_text(SPACE.replace("imports: [buckets]\n", ""))
        run = nas.search(space, runner=runner, out="run")
        assert len([name for name in run.checkpoints.sizes() if name.endswith("weights.safetensors")]) == 2
        assert run.model(run.best) is not None
        assert not any("canary" in path.read_text(errors="replace") for path in Path("run").rglob("*") if path.is_file())
    finally:
        with_server.stop()
    record(
        "P17",
        "checkpoints in S3, with a canary as the key",
        times=len(run.trials),
        promised="no key in any file of the run",
        found="0 hits",
    )
