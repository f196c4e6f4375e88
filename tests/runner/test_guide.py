"""runners/README.md takes a person from one machine to a cluster: its commands run here, on a real Ray of three processes."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import nas
from nas import shipped
from nas.runner.reaper import MARK, sweep

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "runners" / "README.md"
# Several nodes on one machine would take each other's ports.
OWN_PORTS = ["--min-worker-port=0", "--max-worker-port=0", "--dashboard-agent-listen-port=0"]
QUICK = ["train.epochs=1", "data.limit=60", "train.precision=float32", "stop.name=none"]


class Cluster:
    """Where the guide's commands run: a folder, a port for the head, and what was started in the background."""

    def __init__(self, folder: Path, temporary: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(temporary),  # of the token
            "PORT": str(self.port),
            "RAY_TMPDIR": str(temporary),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(temporary / ".ray/auth_token"),
            "OMP_NUM_THREADS": "1",
            MARK: str(temporary),
            "SPT_NOENV": "1",
        }
        self._background: list[subprocess.Popen[bytes]] = []

    def run(self, line: str) -> None:
        """A line of the guide; heads and nodes stay, everything else has to end well."""
        words = shlex.split(line.replace("HEAD:6379", f"127.0.0.1:{self.port}"))
        if words[0] == "sbatch":
            return  # what it starts is what test_launch.py looks at
        if words[0] == "bash":
            extra = OWN_PORTS if "node.sh" in line else OWN_PORTS[:2]
            for _ in range(2 if "node.sh" in line else 1):
                self._start([*words, *extra, *(["--num-cpus=1"] if "node.sh" in line else [])])
            return
        assert words[0] == "nas", f"what to do with: {line}"
        quick = [part for value in QUICK for part in ("--set", value)] if words[1] == "search" else []
        few = ["--trials", "3"] if words[1] == "resume" else ["--trials", "2"]
        done = subprocess.run(
            [sys.executable, "-m", *words, *quick, *few], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"

    def _start(self, words: list[str]) -> None:
        log = (self.folder / f"log{len(self._background)}").open("wb")
        self._background.append(subprocess.Popen(words, cwd=self.folder, env=self.environment, stdout=log, stderr=log))
        log.close()
        end = time.monotonic() + 60
        while "Ray runtime started" not in (told := Path(log.name).read_text()):
            assert time.monotonic() < end and self._background[-1].poll() is None, told
            time.sleep(0.2)

    def close(self) -> None:
        for process in reversed(self._background):
            process.terminate()
        sweep(self.environment[MARK])
        for process in self._background:
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    (tmp_path / "runners").symlink_to(ROOT / "runners")
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as temporary:
        found = Cluster(tmp_path, Path(temporary))
        yield found
        found.close()


def blocks() -> list[tuple[str, str]]:
    """(language, text) of the blocks that are to run."""
    found = re.finditer(r"(<!-- not run: [^\n]*-->\n)?^```(\w+)\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    return [(match[2], match[3]) for match in found if not match[1]]


@pytest.mark.long
def test_the_guide_takes_a_person_from_a_laptop_to_a_cluster(cluster: Cluster):
    for language, text in blocks():
        if language == "yaml":
            name = text.partition("\n")[0].removeprefix("# ")
            (cluster.folder / name).write_text(text.replace("HEAD:6379", f"127.0.0.1:{cluster.port}"))
            continue
        for line in text.splitlines():
            cluster.run(line)
    for name, trials in (("alone", 2), ("together", 3), ("remote", 2)):
        states = [trial.state for trial in nas.Run.open(cluster.folder / "results" / name).trials]
        assert states == ["finished"] * trials


def test_the_guide_names_every_profile():
    assert re.findall(r"^\| `([\w-]+)` \|", GUIDE.read_text(), re.MULTILINE) == sorted(
        shipped.names("runners"), key=["laptop", "workstation", "ray-cluster", "local", "inline"].index
    )


def test_links_of_the_guide_lead_somewhere():
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", GUIDE.read_text()) if not link.startswith("http")]
    assert [link for link in links if not (GUIDE.parent / link).exists()] == []
