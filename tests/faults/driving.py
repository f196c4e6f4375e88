"""Searches without training in processes of their own, and an oracle outside of them: what a driver was told is written."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "study"))

from helpers import SPACE, error_of, table
from settled import check_settled, row_states

from nas.cli import main
from nas.evaluate import Outcome
from nas.space import SearchSpace, load
from nas.study import Run

FORK = multiprocessing.get_context("fork")  # nas is imported already, and no thread of ours runs


def little(folder: Path, *overrides: str) -> SearchSpace:
    """The search space of tests of the study, 14 trials of 4 epochs."""
    path = folder / "little.yaml"
    path.write_text(SPACE)
    return load(path, overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)


def drive(folder: Path, *, told: Path | None = None, seconds: float = 0.0, patience: float | None = None) -> None:
    """Drive a run to its end; `told` gets a line for each trial that was settled, when the study had taken it."""
    if patience is not None:
        from nas.study.ledger import ledger

        ledger.SECONDS = patience
    run = Run.open(folder)
    with run.lock():
        search = run.search()
        while (trial := search.ask()) is not None:
            error, epochs = 1.0, trial.epochs(search.space.file.train)
            for epoch in range(1, epochs + 1):
                time.sleep(seconds)
                error = error_of(trial, epoch, epochs)
                search.report(trial.number, epoch, {"error": error})
            search.tell(trial.number, Outcome(status="finished", metrics={"error": error}, seconds=1.0))
            if told is not None:
                with open(os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as file:
                    file.write(f"{json.dumps([trial.number, trial.fingerprint, error])}\n")
        run.settle(search.planned)


def said(told: Path) -> list[list]:
    """What drivers were told, in its order."""
    return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []


def started(target: Callable[..., object], *arguments: Any, **options: Any) -> multiprocessing.Process:
    """A process that does this."""
    process = FORK.Process(target=target, args=arguments, kwargs=options)
    process.start()
    return process  # type: ignore[return-value]


def command(*arguments: str, output: Path) -> None:
    """`nas` with these arguments in this process, which was forked: without the seconds that imports take."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115  until the process ends
    sys.argv = ["nas", *arguments]
    main()


def check(run: Run, twin: Run, told: Path) -> None:
    """Nothing lost, nothing twice, nothing left running, and the table is that of the unbroken twin."""
    lines = said(told)
    assert len({number for number, *_ in lines}) == len(lines), "a trial was settled twice"
    trials = run.trials
    assert [[number, trials[number].fingerprint, trials[number].metrics["error"]] for number, *_ in lines] == lines
    assert table(run) == table(twin)
    assert row_states(run) == row_states(twin)
    check_settled(run)
