"""What the nodes of a cluster have, and whether a search can run on them: asked and said before the first trial."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from nas.errors import InputError
from nas.runner.machine import Machine, here
from nas.runner.plan import Plan, fit
from nas.runner.ray.settings import NodeAffinitySchedulingStrategy, RayError, ray
from nas.storage import storage_at

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


def usable(plan: Plan) -> list[Node]:
    """The nodes that hold a trial; `InputError` where none does, with what each has."""
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


def holds(node: Node, plan: Plan) -> bool:
    """Whether one trial fits on a node."""
    return fit(plan, node.machine) > 0 and (plan.limits.memory_bytes or 0) <= node.memory_bytes


def facts(place: str) -> dict[str, Any]:
    """What is asked of a node, there: versions, GPUs, and whether it sees a file that was put where checkpoints go."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "torch": metadata.version("torch").partition("+")[0],
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
        differ = [f"{name} {theirs[name]} (here {ours[name]})" for name in ("python", "torch") if theirs[name] != ours[name]]
        if differ:
            raise InputError(
                f"node {node.host} has {' and '.join(differ)}; results would depend on the node: "
                "give all nodes the same image, or the same environment"
            )
        if not theirs["sees"]:
            raise InputError(
                f"node {node.host} does not see {place}; a trial could not go on there: "
                "put the run on a file system that all nodes share (--out), or name one by the runner's storage"
            )


class Capacity:
    """How many trials the cluster holds at once, as nodes come and go."""

    def __init__(self, plan: Plan, changed: Callable[[int], None]) -> None:
        self._plan, self._changed = plan, changed
        self._asked, self._count = 0.0, -1

    def __call__(self) -> int:
        if self._plan.workers:
            return self._plan.workers  # what was asked for: an autoscaler adds nodes for those that wait
        if time.monotonic() - self._asked > FRESH_SECONDS:
            count = sum(fit(self._plan, node.machine) for node in nodes() if holds(node, self._plan))
            self._asked = time.monotonic()
            if count != self._count:
                self._count = count
                self._changed(count)
        return self._count
