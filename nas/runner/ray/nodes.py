"""What the nodes of a cluster have, and whether a search can run on them: asked and said before the first trial."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nas.errors import InputError, SearchError
from nas.runner.machine import Machine, here
from nas.runner.plan import Plan, fit
from nas.runner.ray.settings import GetTimeoutError, NodeAffinitySchedulingStrategy, RayError, ray
from nas.runner.ray.versions import SAME, differing, versions
from nas.storage import storage_at

FIRST_SECONDS = 300.0  # for the first node to come: clouds take minutes
ASK_SECONDS = 120.0  # for a node to unpack what it is sent, and to answer
PROBE = "seen-by-nodes"
FRESH_SECONDS = 5.0  # how long the count of nodes is believed


@dataclass(frozen=True)
class Node:
    """A node that lives."""

    key: str
    host: str
    machine: Machine
    memory_bytes: float


def nodes() -> list[Node]:
    """The nodes that live, as Ray sees them."""
    found = []
    for node in ray.nodes():
        if node["Alive"]:
            has = node["Resources"]
            machine = Machine(has.get("CPU", 0), has.get("GPU", 0))
            found.append(Node(node["NodeID"], node["NodeManagerAddress"], machine, has.get("memory", 0)))
    return found


def usable(plan: Plan, say: Callable[[str], None]) -> list[Node]:
    """The nodes that hold a trial; `InputError` where none does, with what each has. Where there is none yet, wait for one."""
    if not any(node.machine.cores for node in nodes()):
        say("nodes      none yet; waiting for the first")
        _wait_for_one(plan)
    every = nodes()
    found = [node for node in every if holds(node, plan)]
    if not found:
        wanted = [f"{plan.cpus:g} CPU"] + [f"{plan.gpus:g} GPU"] * bool(plan.gpus)
        if plan.limits.memory_bytes:
            wanted.append(f"{plan.limits.memory_bytes / 1e9:g} GB of memory")
        have = "; ".join(
            f"{n.host}: {n.machine.cores:g} CPU, {n.machine.gpus:g} GPU, {n.memory_bytes / 1e9:.1f} GB" for n in every
        )
        raise InputError(f"each trial asks for {' and '.join(wanted)} on one node, and no node of the cluster has that ({have})")
    return found


def _wait_for_one(plan: Plan) -> None:
    """Until a node takes a task that asks for what a trial asks: an autoscaler adds nodes for what waits."""
    waiting = ray.remote(num_cpus=plan.cpus, num_gpus=plan.gpus, max_retries=0)(_nothing).remote()
    with contextlib.suppress(GetTimeoutError):
        ray.get(waiting, timeout=FIRST_SECONDS)
        return
    ray.cancel(waiting, force=True)


def _nothing() -> None:
    pass


def holds(node: Node, plan: Plan) -> bool:
    """Whether one trial fits on a node."""
    return fit(plan, node.machine) > 0 and (plan.limits.memory_bytes or 0) <= node.memory_bytes


def facts(place: str) -> dict[str, Any]:
    """What is asked of a node, there: versions, GPUs, and whether it sees a file that was put where checkpoints go."""
    return {
        "versions": versions(),
        "gpu_bytes": here().gpu_bytes,
        "sees": storage_at(place).exists(PROBE),
    }


def on_each(chosen: list[Node], function: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What a function gives on each node; `InputError` for a node where it cannot be run."""
    task = ray.remote(num_cpus=0, max_retries=0)(function)
    there = [NodeAffinitySchedulingStrategy(node.key, soft=False) for node in chosen]
    asked = [task.options(scheduling_strategy=place).remote(*arguments) for place in there]
    answers = []
    for node, answer in zip(chosen, asked, strict=True):
        try:
            answers.append(ray.get(answer, timeout=ASK_SECONDS))
        except RayError as error:
            reason = " ".join(str(getattr(error, "cause", None) or error).split())[-400:]
            raise InputError(f"node {node.host} of the cluster cannot run trials: {reason}") from None
    return answers


def check(chosen: list[Node], found: list[dict[str, Any]], *, place: str) -> None:
    """`InputError` for nodes whose versions differ from those here, or that do not see the run's folder."""
    ours = facts(place)
    for node, theirs in zip(chosen, found, strict=True):
        if differ := differing(theirs["versions"], ours["versions"]):
            raise InputError(f"node {node.host} has {differ}; {SAME}")
        if not theirs["sees"]:
            raise InputError(
                f"node {node.host} does not see {place}; a trial could not go on there: "
                "put the run on a file system that all nodes share (--out), or name one by the runner's storage"
            )


class Capacity:
    """How many trials the cluster holds at once, as nodes come and go, and which nodes get none."""

    def __init__(self, plan: Plan, changed: Callable[[int], None], say: Callable[[str], None]) -> None:
        self._plan, self._changed, self._say = plan, changed, say
        self._asked, self._count = 0.0, -1
        self._refused: set[str] = set()  # keys of nodes

    def __call__(self) -> int:
        if self._plan.workers:
            return self._plan.workers  # what was asked for: an autoscaler adds nodes for those that wait
        if time.monotonic() - self._asked > FRESH_SECONDS:
            found = [node for node in nodes() if node.key not in self._refused and holds(node, self._plan)]
            count = sum(fit(self._plan, node.machine) for node in found)
            self._asked = time.monotonic()
            if count != self._count:
                self._count = count
                self._changed(count)
        return self._count

    def refuse(self, key: str, host: str, differ: str) -> None:
        """Give no more trials to a node that joined with other versions; `SearchError` where no other is left."""
        if key not in self._refused:
            self._refused.add(key)
            self._asked = 0.0
            self._say(f"warning: node {host} joined with {differ} and gets no trials; {SAME}")
        if all(node.key in self._refused for node in nodes() if holds(node, self._plan)):
            raise SearchError(f"every node that is left has other versions: node {host} has {differ}; {SAME}")

    @property
    def labels(self) -> dict[str, str]:
        """What the labels of a node must be for it to get a trial."""
        return {"ray.io/node-id": f"!in({','.join(sorted(self._refused))})"} if self._refused else {}
