"""A Ray of our own: its folder, its token and its processes end with the search, even where that is killed.

Its ports listen on loopback, and ask for a token, which is new each time and never leaves the folder.
A Ray that somebody else started on this machine is neither joined nor ended.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from nas.runner.plan import Plan
from nas.runner.ray.settings import init, ray_constants, read_token_again, services
from nas.runner.reaper import MARK
from nas.runner.scratch import scratch
from nas.runner.worker import search_path

# Lets a process that changes its name keep its environment, by which it is found.
KEEP_ENVIRONMENT = "SPT_NOENV"


@contextmanager
def private(plan: Plan) -> Iterator[Path]:
    """Start it for so many workers as the plan has, and end it; gives its folder."""
    with scratch() as folder, _environment(_own(folder)):
        with _closed():
            init(
                address="local",
                num_cpus=max(1, round(plan.workers * plan.cpus)),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                _temp_dir=str(folder / "ray"),
            )
        yield folder


@contextmanager
def _closed() -> Iterator[None]:
    """Start Ray on loopback alone, in a session of its own, and without the process behind its dashboard.

    Ray has no setting for these. Left to itself it takes the address that others would reach, and its ports listen on all
    interfaces. A signal to this process's group, as from `timeout`, would end Ray before the search can leave it. And with no
    dashboard its process is started as well, for usage statistics, and asks the clouds which of them this is.
    """
    cluster, popen, api_server = ray_constants.ENABLE_RAY_CLUSTER, services.ConsolePopen, services.start_api_server
    ray_constants.ENABLE_RAY_CLUSTER = False
    services.ConsolePopen = partial(popen, start_new_session=True)
    services.start_api_server = lambda *_, **__: (None, None)
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER, services.ConsolePopen, services.start_api_server = cluster, popen, api_server


def _own(folder: Path) -> dict[str, str]:
    """What its processes are told."""
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(secrets.token_hex(32))
    return {
        MARK: str(folder),
        KEEP_ENVIRONMENT: "1",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token),
        # Workers find the modules that this process finds: a person's own evaluator or data set among them.
        "PYTHONPATH": search_path(),
    }


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables, and afterwards what they were before. Ray reads those about its token once, unless it is told to again."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    read_token_again()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        read_token_again()
