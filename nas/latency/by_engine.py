"""The latency of one network by each engine and at each batch size, as one document of the schema "nas.latency/1"."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from nas.errors import InputError
from nas.evaluate.threads import threads as threads_of
from nas.genome import Genome
from nas.latency.engines import Pass, Unavailable, engines
from nas.stopwatch import timed
from nas.versions import installed

SCHEMA = "nas.latency/1"
PACKAGES = ("torch", "onnxruntime")


def measure(
    genome: Genome,
    *,
    batches: Sequence[int] = (1, 64),
    threads: int = 1,
    names: Sequence[str] | None = None,
    device: str = "cpu",
    seconds: float = 10.0,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Time a network of fresh weights, in float32; an engine that is not there is told with its reason.

    names: of engines; None for all. seconds: at most, of each engine and batch size. The rows have the fields of
    `nas.stopwatch.Timing`. Raises `InputError` for no engine, and for batches or
    threads below 1; `UnknownNameError` for an engine that is none.
    """
    made = {name: engines.get(name) for name in (engines.names() if names is None else names)}
    if not made:
        raise InputError(f"a latency is measured by at least one engine of: {', '.join(engines.names())}")
    if not batches or min(*batches, threads) < 1 or seconds <= 0:
        raise InputError(f"batches, threads and seconds must be at least 1, got {list(batches)}, {threads} and {seconds:g}")
    places: list[tuple[str, int]] = []
    passes: list[Pass] = []
    skipped: list[dict[str, str]] = []
    with threads_of(threads):
        for name, engine in made.items():
            say(f"preparing {name}")
            try:
                of = engine(genome, device)
                ready = [of(batch) for batch in batches]
            except Unavailable as error:
                skipped.append({"engine": name, "reason": str(error)})
                continue
            places += [(name, batch) for batch in batches]
            passes += ready
        say(f"timing {len(passes)} passes in turns")
        timings = timed(passes, device=device, seconds=seconds)
    rows = [{"engine": name, "batch": batch, **asdict(timing)} for (name, batch), timing in zip(places, timings, strict=True)]
    return {
        "schema": SCHEMA,
        "fingerprint": genome.fingerprint,
        "params": genome.params,
        "macs": genome.macs,
        "threads": threads,
        **machine(device),
        "rows": rows,
        "skipped": skipped,
    }


def machine(device: str) -> dict[str, Any]:
    """Where something was measured: device, processor, versions."""
    return {"device": device, "processor": processor(device), "versions": installed(PACKAGES)}


def processor(device: str) -> str:
    """The name of a CPU or GPU, as far as the system tells it."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
