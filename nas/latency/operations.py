"""Measures the table of operations: each distinct call of a space's sampled genomes once, alone, in turns.

Of each call the quietest round counts (`nas.stopwatch`). Alone in a loop it finds its input and its weights in the cache,
which in a network it may not: so whole networks are timed too, and the constant for the network, that for each call and
the factor of the sum are fitted to them, none below zero and each network weighted by one over its latency. A table should be
wrong by as much of a fast network as of a slow one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy.optimize import nnls

from nas.errors import OverBudget, SpaceError
from nas.evaluate.latency import eager_pass
from nas.evaluate.threads import threads as threads_of
from nas.genome import Genome
from nas.network import build
from nas.network.builders import Place, builders
from nas.seeds import derive
from nas.space import SearchSpace
from nas.space.drawing import RandomTrial
from nas.space.latency_table import Call, LatencyTable, calls_of
from nas.stopwatch import timed

CALL_SECONDS, CALL_ROUND_SECONDS = 0.2, 0.004  # of one call: there are hundreds
NETWORK_SECONDS = 2.0  # of one network, at most
FITTED = 40  # networks that the constants are fitted to
TRIES = 50  # draws for one genome within the budget
Say = Callable[[str], None]


def measured_table(
    genomes: Sequence[Genome], *, batch: int = 1, threads: int = 1, device: str = "cpu", say: Say = lambda line: None
) -> LatencyTable:
    """A table of all calls of these genomes, fitted to some of them."""
    calls = list(dict.fromkeys(call for genome in genomes for call in calls_of(genome)))
    say(f"timing {len(calls):,} operations")
    with threads_of(threads):
        passes = [alone(call, batch=batch, device=device) for call in calls]
        timings = timed(passes, device=device, seconds=CALL_SECONDS, round_seconds=CALL_ROUND_SECONDS)
    table = LatencyTable({call: timing.quiet_ms for call, timing in zip(calls, timings, strict=True)})
    chosen = list(genomes[:FITTED])
    say(f"timing {len(chosen)} networks")
    return fitted(table, chosen, networks_ms(chosen, batch=batch, threads=threads, device=device))


def alone(call: Call, *, batch: int, device: str) -> Callable[[], object]:
    """One call on noise: what `nas.network.build` makes of a node, without the network around it."""
    op, shapes = call
    generator = torch.Generator().manual_seed(0)
    lines = [torch.randn(batch, *shape, generator=generator).to(device) for shape in shapes]
    made = builders.get(op.kind)(op, Place(shapes, (False,) * len(shapes)))
    if isinstance(made, torch.nn.Module):
        for weight in made.parameters():  # a builder leaves them as the memory was, and denormal numbers are slow
            weight.data.normal_(std=0.1, generator=generator)
        made = made.to(device).eval()

    def once() -> object:
        with torch.no_grad():
            return made(*lines)

    return once


def networks_ms(genomes: Sequence[Genome], *, batch: int, threads: int, device: str) -> list[float]:
    """What whole networks take, in turns."""
    with threads_of(threads):
        passes = [eager_pass(build(genome).to(device), genome, batch=batch, device=device) for genome in genomes]
        return [timing.quiet_ms for timing in timed(passes, device=device, seconds=NETWORK_SECONDS)]


def fitted(table: LatencyTable, genomes: Sequence[Genome], measured: Sequence[float]) -> LatencyTable:
    """The table with the constants that predict what these genomes took, by least squares of relative errors."""
    called = [calls_of(genome) for genome in genomes]
    terms = np.array([[1.0, len(each), table.sum_ms(each)] for each in called])
    took = np.array(measured)
    constant, call, scale = nnls(terms / took[:, None], np.ones(len(took)))[0]
    return replace(table, constant_ms=float(constant), call_ms=float(call), scale=float(scale), _interpolated={})


def sampled(space: SearchSpace, count: int, *, seed: int) -> list[Genome]:
    """So many genomes of a space, or as many as random draws find; `SpaceError` where they find none."""
    found: dict[str, Genome] = {}
    for number in range(count * TRIES):
        try:
            genome = space.genome(RandomTrial(derive(seed, "latency", number)))
        except OverBudget:
            continue
        found.setdefault(genome.fingerprint, genome)
        if len(found) == count:
            break
    if not found:
        raise SpaceError(f"{count * TRIES} random draws of '{space.name}' met the budget not once")
    return list(found.values())
