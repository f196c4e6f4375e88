"""How many trainings each strategy needs on a table of all networks: `python benchmarks/strategies.py TABLE.npz`.

The table is that of NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326) as one npz: `ops`, uint8 (networks, 6), the
operation of each edge in the order 0-1, 0-2, 1-2, 0-3, 1-3, 2-3; `op_names`; `val_acc_200`, the validation accuracy in
percent. A search is simulated as `nas search` runs it: in one order, with a window, and a network that was tried under
another name costs nothing (its result is taken). The peers count every proposal, as their own loops do. Many seeds of
each; printed are the means of the best accuracy after so many trainings, and the median number of trainings to within 0.1
points of the best there is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import optuna

from nas.motif.cell import Cells, compose_cells, edges_of
from nas.strategy import View, strategies
from nas.study.memory import Memory

AFTER = (25, 50, 100, 150, 300)
CLOSE = 0.1  # points
PATIENCE = 200  # proposals in a row that bring nothing new
PEERS = ("tpe", "nsga2")  # Optuna's samplers without our rules of identity


@dataclass(frozen=True)
class Table:
    """Every network: its operations, its accuracy, and which networks compute the same."""

    names: tuple[str, ...]
    accuracy: np.ndarray  # percent, by code
    function: np.ndarray  # the first code of the same function, by code

    def code(self, trial: optuna.Trial) -> int:
        """Draw the operation of each edge; the six as one number."""
        code = 0
        for edge in edges_of(4):
            code = code * len(self.names) + self.names.index(trial.suggest_categorical(edge, self.names))
        return code


def read(path: Path) -> Table:
    """The table, with the networks' identity worked out once and kept beside it in the temporary folder."""
    data = np.load(path)
    names = tuple(str(name) for name in data["op_names"])
    codes = data["ops"].astype(int) @ len(names) ** np.arange(5, -1, -1)
    accuracy = np.zeros(len(codes))
    accuracy[codes] = data["val_acc_200"]
    first: dict[str, int] = {}
    function = np.zeros(len(codes), dtype=int)
    for code in range(len(codes)):
        digits = np.base_repr(code, len(names)).zfill(6)
        edges = {edge: names[int(digit)] for edge, digit in zip(edges_of(4), digits, strict=True)}
        genome = compose_cells(Cells(edges, widths=(4,), repeats=1), input_shape=(3, 8, 8), classes=10).genome()
        function[code] = first.setdefault(genome.fingerprint, code)
    return Table(names, accuracy, function)


def search(table: Table, strategy: str, window: int, seed: int) -> list[float]:
    """The best accuracy after each training, up to the last of `AFTER`."""
    memory = Memory(strategies.get(strategy), View(table.code), ["maximize"], seed)
    codes: list[int] = []  # of all proposals
    trained: list[int] = []  # their numbers
    tried: dict[int, int] = {}
    best: list[float] = []
    told = fruitless = 0
    while len(trained) < AFTER[-1]:
        known = trained[: max(0, len(trained) - window + 1)]
        for number in range(told, known[-1] + 1 if known else 0):
            memory.tell(number, [table.accuracy[table.function[codes[number]]]], 0.0, {})
            told = number + 1
        code, _ = memory.propose()
        assert isinstance(code, int), code
        function = int(table.function[code])
        if function in tried and fruitless < PATIENCE:
            fruitless += 1
            codes.append(code)
            memory.tell(len(codes) - 1, [table.accuracy[function]], 0.0, {})  # its result is known already
            continue
        fruitless = 0
        tried[function] = len(codes)
        trained.append(len(codes))
        codes.append(code)
        best.append(max(best[-1] if best else 0.0, float(table.accuracy[function])))
    return best


def peer(table: Table, name: str, window: int, seed: int) -> list[float]:
    """Optuna by itself: every proposal is trained, also one that was trained before."""
    study = optuna.create_study(direction="maximize", sampler=strategies.get(name)(seed, View(table.code)))
    best: list[float] = []
    for _ in range(AFTER[-1]):
        trial = study.ask()
        accuracy = float(table.accuracy[table.code(trial)])
        study.tell(trial, accuracy)
        best.append(max(best[-1] if best else 0.0, accuracy))
    return best


def measured(run: Callable[[int], list[float]], seeds: int, top: float) -> tuple[list[float], float]:
    """Mean of the best after so many trainings, and the median number of trainings to come close to the top."""
    with ProcessPoolExecutor() as pool:
        curves = np.array(list(pool.map(run, range(seeds), chunksize=5)))
    close = np.where((curves >= top - CLOSE).any(1), (curves >= top - CLOSE).argmax(1) + 1, np.inf)
    return [float(curves[:, number - 1].mean()) for number in AFTER], float(np.median(close))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=None, help="of the strategies")
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    table = read(options.table)
    print(f"{len(table.accuracy):,} networks, {len(set(table.function.tolist())):,} different functions", flush=True)
    print(f"{'strategy':<16}" + "".join(f"{number:>8}" for number in AFTER) + f"{'close':>8}")
    names = options.only or [name for name in strategies.names() if name != "gp"]
    runs = [(name, partial(search, table, name, options.window)) for name in names]
    runs += [(f"Optuna {name}", partial(peer, table, name, 1)) for name in PEERS if options.only is None]
    for name, run in runs:
        means, close = measured(run, options.seeds, float(table.accuracy.max()))
        print(f"{name:<16}" + "".join(f"{mean:>8.2f}" for mean in means) + f"{close:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
