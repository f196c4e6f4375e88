"""Launch files: they say what they must, in the form that is asked for, and the shell of Slurm's does what it says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from nas import shipped
from nas.errors import nearest

ROOT = Path(__file__).parents[2]
RUNNERS = ROOT / "runners"
# The fields of KubeRay's types (ray-operator/apis/ray/v1, 1.5), as far as a manifest may set them.
FIELDS = {
    "job": """activeDeadlineSeconds backoffLimit rayClusterSpec submitterPodTemplate metadata clusterSelector submitterConfig
        managedBy deletionStrategy entrypoint runtimeEnvYAML jobId submissionMode entrypointResources entrypointNumCpus
        entrypointNumGpus ttlSecondsAfterFinished shutdownAfterJobFinishes suspend""",
    "cluster": """headGroupSpec workerGroupSpecs rayVersion enableInTreeAutoscaling autoscalerOptions headServiceAnnotations
        suspend gcsFaultToleranceOptions managedBy authOptions upgradeStrategy""",
    "head": "serviceType headService enableIngress rayStartParams template resources labels",
    "workers": """groupName replicas minReplicas maxReplicas numOfHosts rayStartParams template scaleStrategy suspend
        idleTimeoutSeconds resources labels""",
    "manifest": "apiVersion kind metadata spec",
}


def known(document: dict[str, Any], kind: str) -> dict[str, Any]:
    for key in document:
        fields = FIELDS[kind].split()
        assert key in fields, f"'{key}' is no field{nearest(key, fields)}"
    return document


def rayjob() -> dict[str, Any]:
    return yaml.safe_load((RUNNERS / "kuberay/rayjob.yaml").read_text())


def test_the_rayjob_has_the_fields_of_the_operator_and_no_others():
    job = known(rayjob(), "manifest")
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    spec = known(job["spec"], "job")
    assert spec["submissionMode"] in ("K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode")
    cluster = known(spec["rayClusterSpec"], "cluster")
    assert cluster["authOptions"] == {"mode": "token"}
    groups = [known(cluster["headGroupSpec"], "head"), *[known(group, "workers") for group in cluster["workerGroupSpecs"]]]
    for group in groups:
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "any"}, **group["template"]}
        kubernetes_validate.validate(pod, kubernetes_validate.latest_version(), strict=True)
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
        for container in pod["spec"]["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes


def test_the_rayjob_names_the_version_of_ray_that_is_tested():
    assert f"ray=={rayjob()['spec']['rayClusterSpec']['rayVersion']}" in (ROOT / "constraints.txt").read_text()


def test_the_autoscalers_file_is_what_ray_up_takes():
    """It is filled up with Ray's defaults and checked as `ray up` does it before it asks the cloud for anything."""
    util = pytest.importorskip("ray.autoscaler._private.util")
    document = util.prepare_config(yaml.safe_load((RUNNERS / "ray/cluster.yaml").read_text()))
    util.validate_config(document)
    types = document["available_node_types"]
    assert types[document["head_node_type"]]["resources"] == {"CPU": 0}
    assert types["gpu"]["max_workers"] == document["max_workers"]
    assert "--dashboard-host=127.0.0.1" in " ".join(document["head_start_ray_commands"])
    mounted = [source for source in document["file_mounts"].values() if not source.startswith("~")]
    assert all((ROOT / source).is_file() for source in mounted)


def environment() -> dict[str, str]:
    """What environment.sh sets."""
    command = f"set -a; source {RUNNERS}/ray/environment.sh; env -0"
    output = subprocess.run(["bash", "-c", command], env={"HOME": "/home/me", "PATH": os.environ["PATH"]}, capture_output=True)
    return dict(line.split("=", 1) for line in output.stdout.decode().split("\0") if line.startswith("RAY_"))


def test_heads_are_told_the_same_everywhere():
    """By the scripts, by the manifest, and by the Ray that a search starts for itself."""
    from nas.runner.ray.settings import OF_HEADS

    sourced = environment()
    assert sourced.pop("RAY_AUTH_MODE") == "token"
    assert sourced.pop("RAY_AUTH_TOKEN_PATH") == "/home/me/.ray/auth_token"
    assert sourced == OF_HEADS
    container = rayjob()["spec"]["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]["containers"][0]
    assert {variable["name"]: variable["value"] for variable in container["env"]} == OF_HEADS


def test_the_wheel_takes_the_profiles_and_no_launch_files():
    included = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    taken = sorted(source for source in included if source.startswith("runners"))
    assert taken == [f"runners/{name}.yaml" for name in shipped.names("runners")]
    assert all(included[source] == f"nas/_shipped/{source}" for source in taken)


STUBS = {
    "scontrol": 'echo "scontrol $*" >>"$CALLS"; printf "node1\\nnode2\\n"',
    "srun": """
echo "srun $*" >>"$CALLS"
while [[ $1 == --* ]]; do [[ $1 == --nodelist=* ]] && export AT=${1#*=}; shift; done
exec "$@" """,
    "ray": """
echo "ray at $AT: $*" >>"$CALLS"
if [[ $* == *--head* ]]; then exec {python} -c "
import socket, sys
server = socket.create_server(('127.0.0.1', int(sys.argv[1])))
while True: server.accept()" "${{PORT}}"; else exec sleep 1000; fi""",
    "nas": """
until [[ $(grep -c "ray at .* --address=" "$CALLS") == 2 ]]; do sleep 0.05; done # it waits for nodes
echo "nas $*, RAY_ADDRESS=$RAY_ADDRESS, mode $RAY_AUTH_MODE, token of $(stat -c %a "$RAY_AUTH_TOKEN_PATH")" >>"$CALLS"
[[ -n ${{SLOW:-}} ]] || exit "${{STATUS:-0}}"
trap 'echo "nas is told to end" >>"$CALLS"; exit 143' TERM
for _ in {{1..200}}; do sleep 0.1; done""",
}


@pytest.fixture
def allocation(tmp_path: Path) -> dict[str, str]:
    """An environment as in a job, with commands that write down how they were called."""
    (tmp_path / "bin").mkdir()
    for name, text in STUBS.items():
        path = tmp_path / "bin" / name
        path.write_text(
            f"#!/usr/bin/env bash\n{text.format(python=sys.executable) if '{python}' in text or '{{' in text else text}\n"
        )
        path.chmod(0o755)
    # localhost by any name: the script knocks at the head's port
    script = (RUNNERS / "slurm/search.sbatch").read_text().replace("/dev/tcp/$head/", "/dev/tcp/127.0.0.1/")
    (tmp_path / "search.sbatch").write_text(script)
    (tmp_path / "shared").mkdir()
    return {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "CALLS": str(tmp_path / "calls"),
        "SLURM_JOB_ID": str(os.getpid()),
        "SLURM_JOB_NODELIST": "node[1-2]",
        "SLURM_SUBMIT_DIR": str(ROOT),
        "SLURM_CPUS_PER_TASK": "8",
    }


def submit(environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    words = ["bash", str(folder / "search.sbatch"), "tiny", str(folder / "shared/run"), "--trials", "5"]
    return subprocess.Popen(words, env=environment, start_new_session=True)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def left(folder: Path) -> list[str]:
    """Processes of the allocation that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"CALLS={folder}/calls\0".encode() in path.read_bytes():
                found.append((path.parent / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_slurm_starts_a_head_and_a_node_on_each_host_and_searches(allocation, tmp_path):
    assert submit(allocation, tmp_path).wait(timeout=120) == 0
    port = 20000 + os.getpid() % 20000
    text = "\n".join(calls(tmp_path))
    assert "scontrol show hostnames node[1-2]" in text
    ports = "--min-worker-port=0 --max-worker-port=0 --dashboard-agent-listen-port=0"
    assert re.search(rf"ray at node1: start --head --block --num-cpus=0 .*--port={port} {ports}$", text, re.MULTILINE)
    for host in ("node1", "node2"):
        assert f"ray at {host}: start --block --address=node1:{port} {ports} --num-cpus=8" in text
        assert f"--cpus-per-task=8 --nodelist={host}" in text
    search = f"nas search tiny --runner ray-cluster --out {tmp_path}/shared/run --trials 5"
    assert f"{search}, RAY_ADDRESS=node1:{port}, mode token, token of 600" in text
    assert not left(tmp_path)
    assert not list((tmp_path / "shared").iterdir())  # the token goes with the allocation


def test_slurm_goes_on_with_a_run_that_is_there_and_passes_its_status_on(allocation, tmp_path):
    (tmp_path / "shared/run").mkdir()
    assert submit(allocation | {"STATUS": "3"}, tmp_path).wait(timeout=120) == 3
    assert f"nas resume {tmp_path}/shared/run --runner ray-cluster," in "\n".join(calls(tmp_path))


def test_slurm_tells_the_search_that_its_time_is_over_and_waits_for_it(allocation, tmp_path):
    job = submit(allocation | {"SLOW": "1"}, tmp_path)
    end = time.monotonic() + 60
    while not any(line.startswith("nas search") for line in (calls(tmp_path) if (tmp_path / "calls").exists() else ())):
        assert time.monotonic() < end
        time.sleep(0.1)
    time.sleep(0.3)
    job.send_signal(signal.SIGTERM)
    assert job.wait(timeout=120) == 143
    assert calls(tmp_path)[-1] == "nas is told to end"
    assert not left(tmp_path)
