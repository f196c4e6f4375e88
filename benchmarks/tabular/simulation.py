"""A search without training and without its files: the order of `nas.study.Search`, and results from a table.

A proposal knows the results of the trials that were trained `window` or more before it. A network that was tried under
another name takes the result of the first and costs nothing. The peers count every proposal, as their own loops do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import numpy as np
import optuna
from tabular.table import Table

from nas.space.settings import Direction
from nas.strategy import View, strategies
from nas.study.decisions.memory import Memory
from nas.study.search import PATIENCE

Values = Callable[[int], list[float]]  # of a code; less is better
T = TypeVar("T")

PEERS: dict[str, Callable[[int], optuna.samplers.BaseSampler]] = {
    "Optuna TPE": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "Optuna NSGA-II": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
}


def search(table: Table, values: Values, strategy: str, *, trainings: int, window: int, seed: int) -> list[int]:
    """The codes of the networks that were trained, in order; fewer where the strategy finds nothing new any more."""
    directions: list[Direction] = ["minimize"] * len(values(0))
    memory = Memory(strategies.get(strategy), View(table.space.draw), directions, seed)
    original: list[int] = []  # of each proposal the code whose result it has
    trained: list[int] = []  # numbers of the proposals that were
    first: dict[int, int] = {}  # function -> code
    told = fruitless = 0
    while len(trained) < trainings and fruitless < PATIENCE:
        known = trained[: max(0, len(trained) - window + 1)]
        for number in range(told, known[-1] + 1 if known else 0):
            result = values(original[number])
            memory.tell(number, result, curve={200: result[0]})
            told = number + 1
        drawn, _ = memory.propose()
        if isinstance(drawn, Exception):
            raise drawn
        code = table.code(drawn.choices)
        function = int(table.function[code])
        fruitless = fruitless + 1 if function in first else 0
        if function not in first:
            first[function] = code
            trained.append(len(original))
        original.append(first[function])
    return [original[number] for number in trained]


def peer(table: Table, values: Values, name: str, *, trainings: int, seed: int) -> list[int]:
    """The codes that a sampler of Optuna's proposes by itself, with its own settings; all of them are trained."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    directions: list[Direction] = ["minimize"] * len(values(0))
    study = optuna.create_study(directions=directions, sampler=PEERS[name](seed))
    codes: list[int] = []
    for _ in range(trainings):
        trial = study.ask()
        codes.append(table.flat(trial))
        study.tell(trial, values(codes[-1]))
    return codes


def best_so_far(accuracy: np.ndarray, codes: Sequence[int], trainings: int) -> np.ndarray:
    """The best accuracy after each training; a search that ended early keeps what it had."""
    return held(np.maximum.accumulate(accuracy[list(codes)]), trainings)


def held(values: np.ndarray, length: int) -> np.ndarray:
    """So many values, the last one repeated."""
    return np.pad(values, (0, length - len(values)), mode="edge")


def over_seeds(run: Callable[[int], T], seeds: int, processes: int) -> list[T]:
    """`run` of each seed, in order."""
    if processes == 1:
        return [run(seed) for seed in range(seeds)]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(run, range(seeds), chunksize=max(1, min(5, seeds // processes))))
