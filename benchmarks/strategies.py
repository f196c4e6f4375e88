"""How many trainings each strategy needs on a table of all networks: `python benchmarks/strategies.py TABLE.npz`.

The table is described in `tabular/table.py`, the simulated search in `tabular/simulation.py`. Many seeds of each strategy;
printed are the means over them of the best accuracy after so many trainings, half of the 95 % interval of the mean after
100, and the median number of trainings to within 0.1 points of the best there is. `--out FILE.npz` keeps the best accuracy
after each training of each seed, for `strategies_plot.py`; `--peers FILE.npz` adds what a program of `peers/` has written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from tabular.curves import Band, keep, load
from tabular.simulation import PEERS, best_so_far, over_seeds, peer, search
from tabular.table import table_of

from nas.strategy import strategies

AFTER = (25, 50, 100, 150, 300)
CLOSE = 0.1  # points
SLOW = ("gp",)  # only where it is asked for: 0.1 s a proposal


def accuracy_of_search(path: Path, name: str, window: int, seed: int) -> np.ndarray:
    """The best accuracy after each training."""
    table = table_of(path)
    error = table.error.tolist()
    codes = search(table, lambda code: [error[code]], name, trainings=AFTER[-1], window=window, seed=seed)
    return best_so_far(table.accuracy, codes, AFTER[-1])


def accuracy_of_peer(path: Path, name: str, seed: int) -> np.ndarray:
    """The best accuracy after each training."""
    table = table_of(path)
    error = table.error.tolist()
    codes = peer(table, lambda code: [error[code]], name, trainings=AFTER[-1], seed=seed)
    return best_so_far(table.accuracy, codes, AFTER[-1])


def measured(options: argparse.Namespace) -> Iterator[tuple[str, np.ndarray]]:
    """Each strategy with its curves (seeds, trainings)."""
    names = [name for name in strategies.names() if name not in SLOW] if options.only is None else options.only
    runs = []
    for window in options.window:
        for name in (name for name in names if name not in PEERS):
            label = name if window == 1 else f"{name}, window {window}"
            runs.append((label, partial(accuracy_of_search, options.table, name, window)))
    wanted = [name for name in PEERS if options.only is None or name in options.only]
    runs += [(name, partial(accuracy_of_peer, options.table, name)) for name in wanted]
    for label, run in runs:
        yield label, np.array(over_seeds(run, options.seeds, options.processes))
    for path in options.peers:
        yield from load(path)[1].items()


def row(curves: np.ndarray, top: float) -> str:
    """What is printed of a strategy."""
    band = Band.of(curves)
    close = np.where((curves >= top - CLOSE).any(1), (curves >= top - CLOSE).argmax(1) + 1, np.inf)
    return "".join(f"{band.mean[n - 1]:>8.2f}" for n in AFTER) + f"{band.half[99]:>8.2f}{np.median(close):>8.0f}{len(curves):>7}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--window", type=int, nargs="+", default=[1])
    parser.add_argument("--only", nargs="*", default=None, help=f"of the strategies and of {', '.join(PEERS)}")
    parser.add_argument("--peers", type=Path, nargs="*", default=[], help="curves that programs of peers/ have written")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=None, help="keep the curves there; those of other strategies stay")
    options = parser.parse_args()
    table = table_of(options.table)
    print(f"{len(table.accuracy):,} networks, {len(set(table.function.tolist())):,} different functions", flush=True)
    print(f"{'strategy':<24}" + "".join(f"{number:>8}" for number in AFTER) + f"{'+- 100':>8}{'close':>8}{'seeds':>7}")
    for label, curves in measured(options):
        print(f"{label:<24}" + row(curves, float(table.accuracy.max())), flush=True)
        if options.out is not None:
            keep(options.out, np.arange(1, AFTER[-1] + 1), {label: curves})


if __name__ == "__main__":
    main()
