"""Fronts of accuracy against latency on a table: `python benchmarks/strategies_fronts.py TABLE.npz`.

Two objectives, the validation error and the latency on a device that was measured. What counts is the hypervolume of all
networks trained so far, as a share of that of the table's own front, from a reference point: `worst` is the largest error
and the largest latency in the table, `median` are the medians, which leaves out what nobody would take. Printed are the means
over many seeds after so many trainings, and how many trainings a strategy needs for the mean hypervolume that Optuna's NSGA-II
and its multi-objective TPE have after 200. `--out FILE.npz` keeps the shares, for `strategies_plot.py`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from tabular.curves import Band, keep
from tabular.hypervolume import growth, hypervolume
from tabular.simulation import PEERS, held, over_seeds, peer, search
from tabular.table import Table, table_of

from nas.strategy import strategies

AFTER = (25, 50, 100, 200)
DEVICES = ("1080ti_1", "pixel2", "raspi4")  # a GPU, a phone, a small computer
SLOW = ("gp",)
REFERENCES = {"worst": np.max, "median": np.median}


def objectives(table: Table, device: str) -> np.ndarray:
    """(codes, 2): the error and the latency."""
    if device not in table.latency_ms:
        raise SystemExit(f"the table has no device '{device}'; it has {', '.join(table.latency_ms)}")
    return np.column_stack([table.error, table.latency_ms[device]])


def share(values: np.ndarray, codes: list[int], reference: str) -> np.ndarray:
    """The hypervolume after each training as a share of the table's, from 0 to 1."""
    error, latency_ms = REFERENCES[reference](values, axis=0)
    corner = float(error), float(latency_ms)
    return held(growth(values[codes], corner) / hypervolume(values, corner), AFTER[-1])


def shares_of_search(path: Path, device: str, name: str, window: int, seed: int) -> dict[str, np.ndarray]:
    """The shares of one search from each reference point."""
    values = objectives(table := table_of(path), device)
    rows = values.tolist()
    codes = search(table, rows.__getitem__, name, trainings=AFTER[-1], window=window, seed=seed)
    return {reference: share(values, codes, reference) for reference in REFERENCES}


def shares_of_peer(path: Path, device: str, name: str, seed: int) -> dict[str, np.ndarray]:
    """The shares of one peer's search from each reference point."""
    values = objectives(table := table_of(path), device)
    codes = peer(table, values.tolist().__getitem__, name, trainings=AFTER[-1], seed=seed)
    return {reference: share(values, codes, reference) for reference in REFERENCES}


def measured(options: argparse.Namespace, device: str) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """The peers, then each strategy, with its curves (seeds, trainings) from each reference point."""
    names = [name for name in strategies.names() if name not in SLOW] if options.only is None else options.only
    runs = [(name, partial(shares_of_peer, options.table, device, name)) for name in PEERS]
    for window in options.window:
        for name in names:
            label = name if window == 1 else f"{name}, window {window}"
            runs.append((label, partial(shares_of_search, options.table, device, name, window)))
    for label, run in runs:
        found = over_seeds(run, options.seeds, options.processes)
        yield label, {reference: np.array([one[reference] for one in found]) for reference in REFERENCES}


def needed(mean: np.ndarray, target: float) -> str:
    """The first training at which the mean is no less than the target."""
    return str(int((mean >= target).argmax()) + 1) if mean[-1] >= target else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--devices", nargs="+", default=DEVICES)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--window", type=int, nargs="+", default=[1])
    parser.add_argument("--only", nargs="*", default=None, help="of the strategies; the peers always run")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=None, help="keep the curves there; those of other strategies stay")
    options = parser.parse_args()
    columns = "".join(f"{number:>8}" for number in AFTER) + f"{'+- 100':>8}" + "".join(f"{name:>16}" for name in PEERS)
    print(f"{'device':<16}{'reference':<11}{'strategy':<24}{columns}")
    for device in options.devices:
        targets: dict[str, list[float]] = {reference: [] for reference in REFERENCES}
        for label, found in measured(options, device):
            for reference, curves in found.items():
                band = Band.of(curves)
                if label in PEERS:
                    targets[reference].append(float(band.mean[-1]))
                reached = "".join(f"{needed(band.mean, target):>16}" for target in targets[reference] if label not in PEERS)
                print(f"{device:<16}{reference:<11}{label:<24}{_means(band)}{reached}", flush=True)
                if options.out is not None:
                    keep(options.out, np.arange(1, AFTER[-1] + 1), {f"{device}: {reference}: {label}": curves})


def _means(band: Band) -> str:
    return "".join(f"{band.mean[number - 1]:>8.4f}" for number in AFTER) + f"{band.half[99]:>8.4f}"


if __name__ == "__main__":
    main()
