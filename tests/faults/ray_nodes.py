"""Ray nodes on this machine, driven by lines on standard input: a head without workers, and nodes that come and go.

    add CPUS GPUS      start a node; answers with its number
    kill NUMBER        SIGKILL to all of a node's processes, with the trials on it
    kill head          SIGKILL to the head's server (the GCS)
    restart head       the same, and at once another one at the same address, which knows nothing
    alive              how many nodes the head believes to live
    left NUMBER        how many of a node's own processes live, trials not counted

    python ray_nodes.py                            a head; says its address, and the file of its token
    python ray_nodes.py --host IP                  the same at an address that other hosts reach
    python ray_nodes.py --host IP HEAD TOKEN       no head, but nodes that join one

It has its own folder and token, carries the environment that the launch files give a head, and ends with its starter.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nas.runner.reaper import MARK
from nas.runner.scratch import scratch

if TYPE_CHECKING:
    from ray._private.node import Node


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("head", nargs="?")
    parser.add_argument("token", nargs="?")
    given = parser.parse_args()
    with scratch() as folder:
        token = given.token or str(folder / "token")
        if not given.token:
            Path(token).write_text(secrets.token_hex(32))
        mine = {MARK: str(folder), "SPT_NOENV": "1", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": token}
        os.environ.update(mine)
        from nas.runner.ray import settings  # it leaves its words in the environment: those of a head stay

        for name in settings.OF_DRIVERS:
            del os.environ[name]
        host = {"node_ip_address": given.host} if given.host else {}
        if given.head:
            nodes = Nodes(given.head, **host)
        else:
            head = started(head=True, num_cpus=0, temp_dir=str(folder / "ray"), **host)
            nodes = Nodes(head.gcs_address, head, **host)
        print(nodes.address, token, flush=True)
        for line in sys.stdin:
            print(nodes.told(*line.split()), flush=True)
        os._exit(0)  # the reaper of the folder ends all the rest, faster than Ray would


def started(*, head: bool = False, **given: Any) -> Node:
    """A node, as ray.cluster_utils.Cluster makes one, which besides leaves its address to every `ray.init` on the machine."""
    from ray._private.node import Node
    from ray._private.parameter import RayParams

    common = {"object_store_memory": 80 << 20, "include_dashboard": False, "min_worker_port": 0, "max_worker_port": 0}
    return Node(RayParams(**common, **given), head=head, shutdown_at_exit=False, spawn_reaper=False)


class Nodes:
    """The nodes of this process, and perhaps their head."""

    def __init__(self, address: str, head: Node | None = None, **host: Any) -> None:
        self.address = address
        self._head, self._host = head, host
        self._nodes: list[Node] = []

    def told(self, verb: str, *words: str) -> str | int:
        if verb == "alive":
            return self._alive()
        if words == ("head",):
            return self._head_dies(again=verb == "restart")
        if verb == "add":
            return self._add(*map(int, words))
        node = self._nodes[int(words[0])]
        if verb == "left":
            return sum(info.process.poll() is None for infos in node.all_processes.values() for info in infos)
        node.kill_all_processes(check_alive=False, allow_graceful=False, wait=False)
        return "killed"

    def _add(self, cpus: int, gpus: int) -> int:
        joined: dict[str, Any] = {"gcs_address": self.address, "redis_address": self.address, "include_log_monitor": False}
        self._nodes.append(started(num_cpus=cpus, num_gpus=gpus, node_manager_port=0, **joined, **self._host))
        return len(self._nodes) - 1

    def _head_dies(self, *, again: bool) -> str:
        assert self._head is not None
        self._head.kill_gcs_server(check_alive=False)
        if again:
            self._head._ray_params.gcs_server_port = int(self.address.rpartition(":")[2])
            self._head.start_gcs_server()
        return "killed"

    def _alive(self) -> int:
        from ray._raylet import GcsClient  # type: ignore[attr-defined]

        infos = GcsClient(address=self.address).get_all_node_info(timeout=10)
        return sum(info.state == 0 for info in infos.values())  # 0: ALIVE


if __name__ == "__main__":
    main()
