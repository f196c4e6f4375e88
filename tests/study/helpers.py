"""Searches without training: an evaluator whose results follow from the genome and the seed alone."""

from __future__ import annotations

from collections.abc import Callable

from nas.evaluate import Outcome
from nas.study import Run, Search, Trial

SPACE = """
name: little
data: {name: digits}
network:
  stages: 2
  depth: {int: [1, 6]}
  width: {int: [4, 24]}
  block: {choice: [basic, preact, bottleneck, inception]}
  connect: {choice: [plain, residual, merge-and-run, dense]}
budget: {params: 60k}
objectives: [error, macs]
train: {epochs: 4}
strategy: {name: random, trials: 14, seed: 3, window: 4}
"""

PAUSE = ["stop.name=successive-halving", "stop.pause=true", "stop.rungs=[1, 2]", "stop.factor=2", "stop.metric=error"]
ONE = ["objectives=[error]"]


def error_of(trial: Trial, epoch: int, epochs: int) -> float:
    """A made-up error that depends on the trial's network and seed, and falls with the epochs."""
    return (trial.params % 97 / 97 + trial.seed % 13 / 130 + trial.depth / 50) * (2 - epoch / epochs) / 2


def evaluate(search: Search, trial: Trial, *, until: int | None = None) -> None:
    """What a runner does with one leg of a trial; `until` breaks it off after so many epochs, as a crash does.

    Epochs of earlier legs are told again, as from a checkpoint.
    """
    error, epochs = 1.0, trial.epochs(search.space.file.train)
    for epoch in range(1, epochs + 1):
        error = error_of(trial, epoch, epochs)
        if not search.report(trial.number, epoch, {"error": error}):
            search.tell(trial.number, Outcome(status="stopped", metrics={"error": error}, seconds=1.0))
            return
        if epoch == until:
            return
        if epoch == trial.until:
            search.tell(trial.number, Outcome(status="paused", metrics={"error": error}, seconds=1.0))
            return
    search.tell(trial.number, Outcome(status="finished", metrics={"error": error}, seconds=1.0))


def drive(search: Search, *, workers: int = 1, shuffle: Callable[[list[Trial]], Trial] | None = None) -> None:
    """Run a search as so many workers would: `shuffle` picks which of the running trials ends next."""
    open_: list[Trial] = []
    while not search.over:
        while len(open_) < workers and (trial := search.ask()) is not None:
            open_.append(trial)
        if not open_:
            return
        chosen = shuffle(open_) if shuffle else open_[0]
        open_.remove(chosen)
        evaluate(search, chosen)


def table(run: Run) -> list[tuple]:
    """What two runs must agree on."""
    return [
        (t.number, t.state, t.fingerprint, t.choices, t.metrics, sorted(t.curve), t.legs, t.scores, t.parents, t.inherits)
        for t in run.trials
    ]


def legs(run: Run) -> list[tuple[int, int | None]]:
    """The number of the trial and the epoch of the next rung of each leg, in their order."""
    return [
        (trial.number, leg.until)
        for leg, trial in sorted(((leg, t) for t in run.trials for leg in t.legs), key=lambda pair: pair[0].place)
    ]


def states(run: Run) -> list[str]:
    """States of the rows of Optuna's study."""
    return [row.state.name for row in run.store._study.get_trials(deepcopy=False)]


def result(search: Search, number: int, error: float) -> None:
    """Run one leg of a trial; its error is the same at every epoch."""
    trial = search.trials[number]
    for epoch in range(1, (trial.until or search.epochs) + 1):
        assert search.report(number, epoch, {"error": error})
    status = "finished" if trial.until is None else "paused"
    search.tell(number, Outcome(status=status, metrics={"error": error}, seconds=1.0))
