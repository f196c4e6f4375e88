"""A private Slurm on this machine: a controller and two nodes, with a folder, ports and a key of their own.

It runs in a network namespace with one address, where the nodes' names lead to it. Nothing of the system's is read or
changed, and all of it ends with the namespace's first process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
NODES = ("node1", "node2")
ADDRESS = "10.77.1.1"
COMMANDS = ("slurmctld", "slurmd", "munged", "sbatch", "unshare", "nsenter", "ip", "mount")
CONFIGURATION = """
ClusterName=private
SlurmctldHost={host}({address})
SlurmctldPort=6817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/node-%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/node-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
JobRequeue=1
MinJobAge=300
MessageTimeout=60
KillWait=30
BatchStartTimeout=60
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=node1 NodeHostname={host} NodeAddr={address} Port=17001 CPUs=2 RealMemory=2000 Gres=gpu:1
NodeName=node2 NodeHostname={host} NodeAddr={address} Port=17002 CPUs=2 RealMemory=2000 Gres=gpu:1
PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=60
PartitionName=high Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
"""


def why_not() -> str:
    """Why there can be no Slurm here; nothing where there can."""
    missing = [name for name in COMMANDS if shutil.which(name) is None]
    if os.geteuid() != 0 or missing:
        return f"a private Slurm takes root and Debian's slurm-wlm, munge, iproute2, util-linux (missing: {missing or 'root'})"
    tried = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True)
    return tried.stderr.strip()


class Slurm:
    """Runs commands beside the nodes."""

    def __init__(self, folder: Path, first: int) -> None:
        self.folder = folder
        self._inside = ["nsenter", f"--target={first}", "--net", "--mount", "--pid", f"--wd={ROOT}", "--"]
        self.environment = os.environ | {"SLURM_CONF": str(folder / "slurm.conf")}

    def run(self, *words: str, **environment: str) -> str:
        """What a command prints; it has to end well."""
        done = subprocess.run([*self._inside, *words], env=self.environment | environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}{done.stdout}"
        return done.stdout.strip()

    def submit(self, *words: str, **environment: str) -> str:
        """The number of a job."""
        return self.run("sbatch", "--parsable", *words, **environment)

    def state(self, job: str) -> str:
        return self.field(job, "JobState")

    def field(self, job: str, name: str) -> str:
        shown = self.run("scontrol", "--oneliner", "show", "job", job)
        return dict(part.split("=", 1) for part in shown.split() if "=" in part)[name]


def wait_until(condition: Callable[[], bool], explain: Callable[[], str], *, seconds: float = 900) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, explain()
        time.sleep(0.2)


@contextmanager
def slurm(folder: Path) -> Iterator[Slurm]:
    """A controller and two nodes that are idle. folder: a short path, not in /tmp, of which each node has its own."""
    host = os.uname().nodename
    (folder / "slurm.conf").write_text(CONFIGURATION.format(folder=folder, host=host, address=ADDRESS))
    (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")  # no GPU, but something to count
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} {host} {' '.join(NODES)}\n")
    (folder / "key").write_bytes(os.urandom(128))
    (folder / "key").chmod(0o600)
    (folder / "state").mkdir()
    words = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", "echo ready; exec cat"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None and holder.stdout is not None and holder.stdout.readline() == b"ready\n"
        try:
            first = int(Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()[0])
            found = Slurm(folder, first)
            for line in (
                f"mount --bind {folder}/hosts /etc/hosts",
                "ip link set lo up",
                f"ip addr add {ADDRESS}/24 dev lo",
                f"ip route add 8.8.8.8 dev lo src {ADDRESS}",  # Ray asks for the way there to find out its own address
                f"munged --force --key-file={folder}/key --socket={folder}/munge.socket --pid-file={folder}/munge.pid"
                f" --log-file={folder}/munge.log --seed-file={folder}/munge.seed",
                f"slurmctld -f {folder}/slurm.conf",
            ):
                found.run(*line.split())
            for node in NODES:  # with a /tmp of its own, as another host has
                found.run("unshare", "--mount", "sh", "-c", f"mount -t tmpfs tmp /tmp && slurmd -f {folder}/slurm.conf -N {node}")
            wait_until(
                lambda: found.run("sinfo", "--noheader", "--Node", "--format=%T").split() == ["idle"] * 4,
                lambda: "\n".join(path.read_text() for path in folder.glob("*.log")),
            )
            yield found
        finally:
            holder.stdin.close()
            holder.kill()  # and with it the first process, and so all of the namespace
