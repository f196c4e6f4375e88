"""The simulated search is the real one: the same proposals in the same order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tabular.simulation import best_so_far, peer, search
from tabular.table import Table, table_of, write

import nas
from nas.evaluate import run_job
from nas.study.ledger.ledger import in_memory
from nas.study.ledger.store import Store
from nas.study.run import Run


@pytest.fixture(scope="module")
def table(table_file: Path) -> Table:
    return table_of(table_file)


def real(table: Table, folder: Path, *, strategy: str, trials: int, window: int, seed: int) -> list[int]:
    """The codes that `nas search` trains with `evaluator: table:FILE`."""
    write(table, folder / "table.npz")
    settings = {"name": strategy, "seed": seed, "window": window}
    overrides = [f"evaluator=table:{folder / 'table.npz'}", *(f"strategy.{name}={value}" for name, value in settings.items())]
    space = replace(nas.load("nasbench201", overrides=overrides), kind=table.space.kind)
    run = Run(folder, space, Store(in_memory(["minimize"])))
    going = run.search(trials=trials)
    waiting = []  # as many as the window allows, and the last of them ends first
    while True:
        while (trial := going.ask()) is not None:
            waiting.append(trial)
        if not waiting:
            break
        trial = waiting.pop()
        job = run.job(trial, device="cpu", time_limit_seconds=None)
        going.tell(trial.number, run_job(job, lambda epoch, metrics, n=trial.number: going.report(n, epoch, metrics)))
    assert {trial.state for trial in going.trials} <= {"finished", "repeat"}
    assert all(trial.metrics["error"] == table.error[table.code(trial.choices)] for trial in going.trials if trial.trains)
    return [table.code(trial.choices) for trial in going.trials if trial.trains]


@pytest.mark.parametrize(("strategy", "window"), [("evolution", 1), ("evolution", 5), ("local", 5), ("nsga2", 3)])
def test_a_simulated_search_trains_what_the_real_one_does(table: Table, tmp_path: Path, strategy: str, window: int):
    error = table.error.tolist()
    simulated = search(table, lambda code: [error[code]], strategy, trainings=40, window=window, seed=2)
    assert simulated == real(table, tmp_path, strategy=strategy, trials=40, window=window, seed=2)


def test_no_function_is_trained_twice_and_a_peer_repeats_some(table: Table):
    error = table.error.tolist()
    ours = search(table, lambda code: [error[code]], "evolution", trainings=80, window=1, seed=0)
    assert max(Counter(table.function[ours].tolist()).values()) == 1
    theirs = peer(table, lambda code: [error[code]], "Optuna TPE", trainings=80, seed=0)
    assert len(theirs) == 80 and max(Counter(theirs).values()) > 1


def test_the_best_so_far_never_falls_and_is_held_to_the_end():
    accuracy = np.array([50.0, 90.0, 70.0])
    assert best_so_far(accuracy, [2, 0, 1, 2], trainings=6).tolist() == [70, 70, 90, 90, 90, 90]


def test_a_code_is_the_cell_whatever_the_order_of_the_rows(table: Table, table_file: Path):
    with np.load(table_file) as data:
        row = 4711
        digits, accuracy, early = data["ops"][row], data["val_acc_200"][row], data["acc_12"][row, 1]
    code = int(sum(int(digit) * 5**place for place, digit in enumerate(reversed(digits))))
    edges = dict(zip(["edge0-1", "edge0-2", "edge1-2", "edge0-3", "edge1-3", "edge2-3"], digits, strict=True))
    assert table.edges(code) == {edge: table.names[digit] for edge, digit in edges.items()}
    assert table.code(table.edges(code)) == code
    assert (table.accuracy[code], table.early[code]) == (pytest.approx(accuracy), pytest.approx(early))
    assert table.error[code] == pytest.approx(1 - accuracy / 100)


def test_the_functions_are_those_that_the_shipped_space_counts(table: Table):
    assert len(set(table.function.tolist())) == 7672  # as search_spaces/nasbench201.yaml says
