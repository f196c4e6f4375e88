"""How well a table of operations predicts the latency of networks that it has not seen: `python benchmarks/latency.py`.

Of each space so many random genomes are held back, the table is made of others, and the prediction is compared with what the
held-back networks take: eager, batch 1, one thread. Target: a rank correlation (Spearman) of at least 0.95. Beside it what
params, macs and the number of calls say alone. Interpolated: the share of the held-back calls that the table lacks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import torch
from scipy.stats import spearmanr

from nas import data
from nas.cli.show import table
from nas.latency import measured_table, sampled
from nas.latency.operations import networks_ms
from nas.space import load
from nas.space.latency_table import calls_of

SPACES = ("deeper-vs-wider", "how-to-connect")


def row(name: str, *, samples: int, unseen: int) -> list[str]:
    """One space: its table, and how wrong that is."""
    space = load(name)
    info = data.describe(space.file.data)
    genomes = sampled(space.bound(input_shape=info.shape, classes=len(info.classes)), unseen + samples, seed=0)
    held, others = genomes[:unseen], genomes[unseen:]
    began = time.perf_counter()
    found = measured_table(others)
    seconds = time.perf_counter() - began
    measured = networks_ms(held, batch=1, threads=1, device="cpu")
    predicted = [found.predicted_ms(genome) for genome in held]
    wrong = sorted(abs(a - b) / b for a, b in zip(predicted, measured, strict=True))
    lacking = sum(len(found.lacks(genome)) for genome in held) / sum(len(calls_of(genome)) for genome in held)
    alone = (_rank(measured, [len(calls_of(g)) for g in held]), _rank(measured, [g.macs for g in held]))
    return [
        name,
        str(len(others)),
        str(len(found.calls)),
        f"{seconds:.0f}",
        f"{min(measured):.2g} to {max(measured):.2g}",
        f"{_rank(measured, predicted):.3f}",
        f"{100 * wrong[len(wrong) // 2]:.0f} %",
        f"{100 * wrong[len(wrong) * 9 // 10]:.0f} %",
        f"{100 * lacking:.0f} %",
        *(f"{value:.2f}" for value in alone),
    ]


def _rank(measured: Sequence[float], by: Sequence[float]) -> float:
    return float(spearmanr(measured, by).statistic)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spaces", nargs="*", default=SPACES)
    parser.add_argument("--samples", type=int, default=150)
    parser.add_argument("--unseen", type=int, default=100)
    options = parser.parse_args()
    torch.set_num_threads(1)
    head = ["space", "genomes", "calls", "seconds", "ms", "rank", "error", "of 90 %", "interpolated", "by calls", "by macs"]
    rows = []
    for name in options.spaces:
        rows.append(row(name, samples=options.samples, unseen=options.unseen))
        print(table(head, rows), flush=True)


if __name__ == "__main__":
    main()
