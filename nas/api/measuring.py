"""How long networks take here: one of them by several engines, and a table of operations that predicts others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nas import data
from nas.api.searching import Say
from nas.errors import InputError
from nas.genome import Genome
from nas.prepare import placed
from nas.runner import machine as machines
from nas.space import load as load_space
from nas.space.latency_table import LatencyTable, content
from nas.whole_files import write_alone


def latency(
    genome: Genome,
    *,
    batches: Sequence[int] = (1, 64),
    threads: int = 1,
    engines: Sequence[str] | None = None,
    seconds: float = 10.0,
    table: LatencyTable | None = None,
    say: Say | None = None,
) -> dict[str, Any]:
    """How long a network takes on this machine's first GPU, or on its CPU (schema "nas.latency/1").

    engines: None for all. seconds: at most, of each engine and batch size. `table`: predicted_ms is what it predicts, and
    interpolated the share of the operations that it lacks; else both are None.
    """
    from nas.latency import measure

    predicted = None if table is None else table.predicted_ms(genome)
    share = None if table is None else len(table.lacks(genome)) / max(1, len(genome) - 1 - len(genome.outputs))
    found = measure(
        genome,
        batches=batches,
        threads=threads,
        names=engines,
        device=machines.here().device,
        seconds=seconds,
        say=say or _silent,
    )
    return {**found, "predicted_ms": predicted, "interpolated": share}


def latency_table(
    space: str | Path,
    path: str | Path,
    *,
    batch: int = 1,
    threads: int = 1,
    samples: int = 150,
    seed: int = 0,
    allow_code: bool = False,
    say: Say | None = None,
) -> dict[str, Any]:
    """Measure each operation of random genomes of a space once, and write the table (schema "nas.latency-table/1").

    The space's own budget counts, but for its latency, which is what the table is made for. Raises `InputError` where the
    file is there already.
    """
    from nas.latency import machine, measured_table, sampled

    path = Path(path)
    if path.exists():
        raise InputError(f"{path} is there already; a table holds what was measured on one device: choose another name")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent} is no folder; make it, or choose another place for the table")
    found = load_space(space, allow_code=allow_code)
    with placed(found):
        info = data.describe(found.file.data)
    found = found.bound(input_shape=info.shape, classes=len(info.classes)).without_latency()
    say = say or _silent
    genomes = sampled(found, samples, seed=seed)
    say(f"{len(genomes)} genomes of {found.name}")
    device = machines.here().device
    table = measured_table(genomes, batch=batch, threads=threads, device=device, say=say)
    document = content(table, **machine(device), threads=threads, batch=batch)
    write_alone(path, [(json.dumps(document, indent=1, allow_nan=False) + "\n").encode()])
    return document


def _silent(line: str) -> None:
    """Say nothing."""
