"""An evaluator that does what trials do to the process that runs them: what and when stands in the environment.

STRIKE=KIND:NUMBER:TIMES strikes in the second of its epochs; LOG=FILE is given a line for each attempt and each report.
SAVES=torch keeps checkpoints as a training does, SAVES=json without waiting seconds for torch.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import time
from pathlib import Path

from nas.evaluate import Context
from nas.genome import Genome

KINDS = ("killed", "exits", "segfault", "memory", "hang", "raises")


def strike(genome: Genome, context: Context) -> dict[str, float]:
    """Made-up results that follow from genome and seed, and one fault."""
    kind, number, times = os.environ["STRIKE"].split(":")
    job = context.job
    log(f"begin {job.number} {job.attempt} {os.getpid()}")
    state = loaded(context)
    error = 1.0
    for epoch in range(state["epoch"] + 1 if state else 1, context.epochs + 1):
        time.sleep(float(os.environ.get("EPOCH_SECONDS", "0")))
        if epoch == 2 and job.number == int(number) and job.attempt <= int(times):
            happens(kind)
        error = (genome.params % 97 / 97 + context.seed % 13 / 130) / epoch
        saved(context, {"epoch": epoch})
        log(f"epoch {job.number} {job.attempt} {epoch}")
        context.report(epoch, {"error": error})
    return {"error": error}


def saved(context: Context, state: dict[str, int]) -> None:
    if os.environ.get("SAVES") == "torch":
        context.save(state)
    elif os.environ.get("SAVES") == "json":
        path = Path(context.job.checkpoints) / "state.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{os.getpid()}.tmp")
        aside.write_text(json.dumps(state))
        aside.replace(path)


def loaded(context: Context) -> dict[str, int] | None:
    if os.environ.get("SAVES") == "torch":
        return context.load()
    path = Path(context.job.checkpoints) / "state.json"
    return json.loads(path.read_text()) if path.exists() else None


def log(line: str) -> None:
    """One write to a file that is opened for appending: seen by the test whatever becomes of this process."""
    file = os.open(os.environ["LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, f"{line}\n".encode())
    os.close(file)


def happens(kind: str) -> None:
    """Do it to this very process."""
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "exits":
        os._exit(7)
    if kind == "segfault":
        ctypes.string_at(0)
    if kind == "memory":
        held = []
        while True:
            held.append(bytearray(1 << 24))
    if kind == "hang":
        ctypes.PyDLL(None).sleep(1000)  # in C, with the lock of the interpreter
    if kind == "raises":
        raise RuntimeError("as planned")
