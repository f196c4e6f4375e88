"""What others on the machine and on the network see of a search: nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import patience
import pytest
from commands import PATH
from harness import SPACE
from sink import sink
from trials import PACE, WITNESS

import nas
from nas.data import default_cache
from nas.report import write_report
from nas.study.summary import summary

HERE = Path(__file__).parent
QUICK = ["--set", "train.epochs=1", "--set", "data.limit=60", "--trials", "2"]


def has_namespaces() -> bool:
    """Whether this machine lets us make a network of our own."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return (
        subprocess.run(["unshare", "--net", "--mount", "ip", "link", "add", "type", "veth"], capture_output=True).returncode == 0
    )


def open_to_others(folder: Path) -> list[str]:
    """What of a folder others may read: unless they may not enter the folder around it, and that is so all the way down."""
    if stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0:
        return []
    found = []
    for path in folder.iterdir():
        found += open_to_others(path) if path.is_dir() else [str(path)] * bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    return found


def test_what_a_search_writes_may_be_read_by_its_owner_only(tmp_path, monkeypatch, record):
    monkeypatch.setenv("NAS_CACHE", str(tmp_path / "cache"))
    before = os.umask(0)
    try:
        overrides = ["train.epochs=1", "data.limit=60"]
        run = nas.search("tiny", runner="local", trials=1, out=tmp_path / "run", overrides=overrides)
        nas.export(run, run.best, to=["genome", "safetensors"], out=tmp_path / "exported")
        write_report(summary(run), run.folder / "report.html")
    finally:
        os.umask(before)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [
        found for part in ("run", "exported", "cache/digits-*") for at in tmp_path.glob(part) for found in open_to_others(at)
    ] == []
    for path in [*(tmp_path / "exported").iterdir(), run.folder / "report.html", *run.folder.glob("checkpoints/**/*.*")]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert default_cache() == tmp_path / "cache"
    promised = "0600 and 0700, whatever the umask"
    record("P18", "files of a run, an export, a cache", times=len(written), promised=promised, found="0 open to others")


@pytest.mark.skipif(not has_namespaces(), reason="needs root and network namespaces")
@pytest.mark.parametrize("runner", ["local", pytest.param("laptop", marks=pytest.mark.long)])
def test_a_search_sends_nothing_and_listens_on_loopback_alone(tmp_path, record, runner):
    search = [sys.executable, "-m", "nas", "search", "tiny", "--runner", runner, "--out", str(tmp_path / "run"), *QUICK]
    watched = ["unshare", "--net", "--mount", sys.executable, str(HERE / "watched_network.py"), *search]
    environment = os.environ | {"NAS_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(watched, capture_output=True, text=True, env=environment, timeout=patience.SECONDS)
    found = json.loads(done.stdout)
    assert found["status"] == 0, found["said"]
    assert found["sent"] == 0
    assert {address for address, _ in found["listening"]} <= {"loopback"}
    told = f"0 packets sent, {len(found['listening'])} ports on loopback, 0 on others"
    record("P18", f"a search by '{runner}' on a machine with a network", times=1, promised="no packet, no open port", found=told)


def search_on_ray(folder: Path, *words: str, seconds: float) -> subprocess.Popen[bytes]:
    """Of about so many seconds, by a person whose environment allows statistics. words: for sink.py."""
    (folder / "space.yaml").write_text(SPACE)
    (folder / "runner.yaml").write_text("name: one\nengine: ray\nworkers: 1\n")
    arguments = ["search", "space.yaml", "--runner", "runner.yaml", "--out", "run", "--allow-code", "--trials", "4"]
    environment = os.environ | {
        "PYTHONPATH": PATH,
        "RAY_USAGE_STATS_ENABLED": "1",
        PACE: str(seconds / 16),  # 4 trials of 4 epochs
        WITNESS: str(folder / "witness"),
        "OMP_NUM_THREADS": "1",
    }
    with (folder / "told").open("wb") as told:
        words = (sys.executable, str(HERE / "sink.py"), *words, *arguments)
        return subprocess.Popen(words, cwd=folder, env=environment, stdout=told, stderr=told)


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.long)])
def test_the_statistics_of_a_private_ray_are_posted_nowhere(tmp_path, record, seconds):
    with sink() as (url, heard):
        assert search_on_ray(tmp_path, url, seconds=seconds).wait(patience.SECONDS) == 0, (tmp_path / "told").read_text()
    assert heard == []
    fault = "a search on Ray whose statistics would go to a server that listens, in an environment that allows them"
    record("P18", fault, times=1, promised="0 posts", found=f"0 posts in a search of {seconds} s")


@pytest.mark.long
def test_a_ray_that_is_left_to_itself_is_heard_by_the_same_server(tmp_path):
    with sink() as (url, heard):
        process = search_on_ray(tmp_path, "--open", url, seconds=300)
        end = time.monotonic() + 300
        while not heard and process.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.wait(patience.SECONDS)
    assert heard, (tmp_path / "told").read_text()
