"""Joining a Ray cluster that runs, with the library and a person's own modules in the luggage.

Ray waits long and says little where nobody answers, so the address is tried first. There is no falling back: where no cluster
is, none is started.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from nas import data, plugins
from nas.data import sending
from nas.errors import InputError
from nas.runner.dispatch import Dispatch
from nas.runner.plan import Plan, by_memory
from nas.runner.ray.knock import refused, speaks
from nas.runner.ray.nodes import PROBE, Node, check, facts, on_each, usable
from nas.runner.ray.settings import RayError, find_bootstrap_address, init, ray
from nas.runner.ray.versions import PACKAGE, versions
from nas.runner.scratch import scratch

ANSWER_SECONDS = 5.0
CALL_SECONDS = 3.0
FORM = re.compile(r"(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})")


@contextmanager
def joined(plan: Plan) -> Iterator[Path]:
    """Join the cluster at the plan's address; gives a folder of our own. The cluster is left as it was found."""
    address = found(plan.address)
    versions()  # of the code as it is sent
    with scratch() as folder:
        try:
            init(address=address, runtime_env=luggage(folder), log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, RayError) as error:  # no Ray, another Ray, or a wrong token
            reason = " ".join(str(error).split())[:300]
            raise InputError(f"address: the Ray cluster at {address} cannot be joined: {reason}") from None
        yield folder


def found(address: str) -> str:
    """HOST:PORT of a cluster whose head answers and takes this process; `InputError` where there is none."""
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS", "") or find_bootstrap_address(None) or ""
        if not address:
            raise InputError(
                "address: auto finds no Ray cluster: RAY_ADDRESS is not set, and this machine is no node of one; "
                "give HOST:PORT of a head, or submit the search with `ray job submit`"
            )
    if address.startswith("ray://"):
        raise InputError(
            f"address: {address} is that of Ray's client, through which Tune cannot ask a study; give HOST:PORT of the head "
            "(its port is 6379 unless told otherwise), or submit the search with `ray job submit`"
        )
    match = FORM.fullmatch(address)
    if match is None or not 0 < int(match["port"]) < 65536:
        raise InputError(f"address: must be local, auto, or HOST:PORT such as 10.0.0.1:6379; got '{address}'")
    if not speaks(match["host"].strip("[]"), int(match["port"]), seconds=ANSWER_SECONDS):
        raise InputError(f"address: no Ray answers at {address} within {ANSWER_SECONDS:g} s; is it the head of a Ray cluster?")
    reason = refused(address, seconds=CALL_SECONDS)
    if reason:
        raise InputError(f"address: the Ray cluster at {address} cannot be joined: {reason}")
    return address


def luggage(folder: Path) -> dict[str, Any]:
    """What nodes get from here: this package, and modules of a person's own that are not installed.

    And an empty folder, made in `folder`, to work in: without one Ray lets them look into the folder of the same name as our
    current one first, where a checkout would come before what they were sent.
    """
    empty = folder / "empty"
    empty.mkdir()
    modules = {name.partition(":")[0].partition(".")[0] for name in plugins.allowed()}
    own = [path for name in sorted(modules) if (path := _own(name)) is not None]
    return {"working_dir": str(empty), "py_modules": [str(PACKAGE), *own], "excludes": ["**/__pycache__/"]}


def _own(name: str) -> str | None:
    """The file or folder of a module that comes with no package; None for one that is installed."""
    spec = None if name in sys.stdlib_module_names else importlib.util.find_spec(name)
    if spec is None or spec.origin is None or "site-packages" in Path(spec.origin).parts:
        return None
    path = Path(spec.origin)
    return str(path.parent if spec.submodule_search_locations else path)


def settled(dispatch: Dispatch, say: Callable[[str], None]) -> str:
    """See that the nodes can run the search, settle what was left to them, and send them the data; gives its name there.

    Raises `InputError` where no node holds a trial, where versions differ, or where a node does not see the checkpoints.
    """
    run, plan = dispatch.run, dispatch.plan
    chosen = usable(plan, say)
    run.checkpoints.write(PROBE, [b"is this file seen?"])
    try:
        found = on_each(chosen, facts, str(run.checkpoints))
        check(chosen, found, place=str(run.checkpoints))
    finally:
        run.checkpoints.delete(PROBE)
    if plan.gpus_open:
        sizes = [facts["gpu_bytes"] for facts in found if facts["gpu_bytes"]]
        plan = by_memory(plan, sum(node.machine.gpus for node in chosen), min(sizes, default=0.0))
    dispatch.plan = replace(plan, gpus_open=False)
    say(f"nodes      {', '.join(f'{node.host} ({node.machine.cores:g} CPU, {node.machine.gpus:g} GPU)' for node in chosen)}")
    return "" if run.space.file.reads_results else _placed(dispatch, chosen)


def _placed(dispatch: Dispatch, chosen: list[Node]) -> str:
    """Send the decoded images to the nodes that lack them, once each."""
    name, files = sending.packed(dispatch.run.space.file.data, cache=data.default_cache())
    lacking = [node for node, lacks in zip(chosen, on_each(chosen, sending.missing, name), strict=True) if lacks]
    if lacking:
        on_each(lacking, sending.place, name, ray.put(files))
    return name
