"""A Ray cluster on this machine, driven by lines on standard input: a head without workers, and nodes that come and go.

    add CPUS GPUS      start a node; answers with its number
    kill NUMBER        SIGKILL to all of a node's processes, with the trials on it
    kill head          SIGKILL to the head's server (the GCS)

It has its own folder and token, carries the environment that the launch files give a head, and ends with its starter.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
from pathlib import Path

from nas.runner.reaper import MARK
from nas.runner.scratch import scratch


def main() -> None:
    with scratch() as folder:
        token = folder / "token"
        token.write_text(secrets.token_hex(32))
        mine = {MARK: str(folder), "SPT_NOENV": "1", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
        os.environ.update(mine)
        from nas.runner.ray import settings  # noqa: F401  the environment of a head

        serve(folder, token)


def serve(folder: Path, token: Path) -> None:
    from ray._private.node import Node
    from ray._private.parameter import RayParams

    def start(*, head: bool = False, **given: object) -> Node:
        # As ray.cluster_utils.Cluster does, which besides leaves its address to every `ray.init` on the machine.
        common = {"object_store_memory": 80 << 20, "include_dashboard": False, "min_worker_port": 0, "max_worker_port": 0}
        return Node(RayParams(**common, **given), head=head, shutdown_at_exit=False, spawn_reaper=False)

    head = start(head=True, num_cpus=0, temp_dir=str(folder / "ray"))
    joined = {"gcs_address": head.gcs_address, "redis_address": head.redis_address, "include_log_monitor": False}
    nodes: list[Node] = []
    print(head.gcs_address, token, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "add":
            nodes.append(start(num_cpus=int(words[1]), num_gpus=int(words[2]), node_manager_port=0, **joined))
            print(len(nodes) - 1, flush=True)
        elif words == ["kill", "head"]:
            for info in head.all_processes["gcs_server"]:
                os.kill(info.process.pid, signal.SIGKILL)
            print("killed", flush=True)
        elif words[0] == "kill":
            nodes[int(words[1])].kill_all_processes(check_alive=False, allow_graceful=False, wait=False)
            print("killed", flush=True)
    os._exit(0)  # the reaper of the folder ends all the rest, faster than Ray would


if __name__ == "__main__":
    main()
