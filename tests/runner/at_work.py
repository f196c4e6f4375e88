"""Evaluators for the tests of a worker: they say in which process they ran, and do one thing."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from nas.evaluate import Context
from nas.genome import Genome


def here(genome: Genome, context: Context) -> dict[str, float]:
    """The id of its process is its result, and it reports it after each epoch."""
    print("what a trial prints")
    for epoch in range(1, context.epochs + 1):
        context.report(epoch, {"process": os.getpid()})
    return {"process": os.getpid()}


def fills_memory(genome: Genome, context: Context) -> dict[str, float]:
    context.report(1, {"process": os.getpid()})
    held = []
    while True:
        held.append(bytearray(1 << 24))


def starts_another(genome: Genome, context: Context) -> dict[str, float]:
    """A process of its own that keeps all that it inherits open."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], close_fds=False)
    context.report(1, {"process": child.pid})
    os._exit(1)


def leaves(genome: Genome, context: Context) -> dict[str, float]:
    sys.exit("no more")


def sleeps(genome: Genome, context: Context) -> dict[str, float]:
    """A hang that takes no processor."""
    time.sleep(1000)
    return {}
