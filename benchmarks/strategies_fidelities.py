"""Regret over full-training equivalents on a table with two fidelities: `python benchmarks/strategies_fidelities.py TABLE.npz`.

The search is the one that `nas search nasbench201 --set evaluator=table:FILE` runs, with the stopping rule

    stop: {name: successive-halving, rungs: [12], factor: 16, pause: true}

every network is trained for 12 epochs, and those among the best 1/factor so far go on to 200. Nothing but its files is left
out: the study is in memory. The regret is that of the best network that was trained to the end, as the search would give
it back.

A training of 12 epochs counts 12/200. In the table it is a training of its own, with a schedule for 12 epochs, so one that
goes on to 200 counts 12/200 + 1: "anew". Where a schedule allows to go on from the checkpoint it would be 1: "continued".
A search ends when it has spent, anew, what `--spend` says; how many networks that were is printed.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from tabular.curves import Band, keep
from tabular.simulation import over_seeds
from tabular.table import table_of, write

import nas
from nas.evaluate import run_job
from nas.space import SearchSpace
from nas.strategy import strategies
from nas.study.ledger.ledger import in_memory
from nas.study.ledger.store import Store
from nas.study.run import Run
from nas.study.search import Search
from nas.study.trial import Trial

RUNG, EPOCHS = 12, 200
SLOW = ("gp", "nsga2")


@dataclass(frozen=True)
class Setting:
    """How a search is run. factor 0: without stopping, one fidelity."""

    source: Path  # the table
    table: Path  # the same for the evaluator
    strategy: str
    factor: int
    window: int
    spend: float  # full-training equivalents, anew

    @property
    def label(self) -> str:
        rule = f"1 in {self.factor}" if self.factor else "no rung"
        return f"{self.strategy}, {rule}" + (f", window {self.window}" if self.window > 1 else "")


@dataclass(frozen=True)
class Spent:
    """One search: after each training, what was spent so far and the regret."""

    anew: np.ndarray  # full-training equivalents
    continued: np.ndarray
    regret: np.ndarray  # points; NaN before the first network was trained to the end
    trials: int
    finished: int

    def at(self, equivalents: np.ndarray, costs: np.ndarray) -> np.ndarray:
        """The regret when so much was spent."""
        places = np.searchsorted(costs, equivalents + 1e-9, side="right")
        return np.concatenate([[np.nan], self.regret])[places]


def space_of(setting: Setting, seed: int) -> SearchSpace:
    """The shipped space with the settings of this search."""
    overrides = [
        f"evaluator=table:{setting.table}", f"strategy.name={setting.strategy}", f"strategy.window={setting.window}",
        f"strategy.seed={seed}",
    ]  # fmt: skip
    if setting.factor:
        overrides += ["stop.name=successive-halving", f"stop.factor={setting.factor}", f"stop.rungs=[{RUNG}]", "stop.pause=true"]
    return replace(nas.load("nasbench201", overrides=overrides), kind=table_of(setting.source).space.kind)


def spent(setting: Setting, seed: int) -> Spent:
    """Run one search to its end."""
    space = space_of(setting, seed)
    most = int(setting.spend * EPOCHS / (RUNG if setting.factor else EPOCHS))
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), space, Store(in_memory(["minimize"])))
        search = run.search(trials=most)
        costs, regrets = zip(*_driven(search, run, setting), strict=True)
    anew, continued = np.array(costs).T
    trained = [trial.state for trial in search.trials if trial.trains]
    return Spent(anew, continued, np.array(regrets), len(trained), trained.count("finished"))


def _driven(search: Search, run: Run, setting: Setting) -> Iterator[tuple[tuple[float, float], float]]:
    """What was spent and the regret after each training; this loop is that of the local runner."""
    costs: dict[int, tuple[float, float]] = {}
    regret, best_error = math.nan, table_of(setting.source).error.min()
    while (trial := search.ask()) is not None:
        job = run.job(trial, device="cpu", time_limit_seconds=None)
        outcome = run_job(job, lambda epoch, metrics, number=trial.number: search.report(number, epoch, metrics))
        search.tell(trial.number, outcome)
        if trial.state == "failed":
            raise SystemExit(f"trial {trial.number} failed: {trial.reason}")
        costs[trial.number] = _cost(trial, rung=bool(setting.factor))
        if trial.state == "finished":
            regret = float(np.fmin(regret, 100 * (trial.metrics["error"] - best_error)))
        anew, continued = zip(*costs.values(), strict=True)
        yield (sum(anew), sum(continued)), regret
        if sum(anew) >= setting.spend - 1e-9:
            break


def _cost(trial: Trial, *, rung: bool) -> tuple[float, float]:
    """What a trial has cost so far, anew and continued."""
    reached = [epoch for epoch in trial.curve if epoch == EPOCHS or rung]
    return sum(reached) / EPOCHS, max(reached) / EPOCHS


def shown(label: str, runs: list[Spent], after: list[float]) -> str:
    """What is printed of a setting."""
    means = ""
    for costs in ("anew", "continued"):
        curves = np.array([run.at(np.array(after), getattr(run, costs)) for run in runs])
        means += "".join(f"{mean:>8.3f}" for mean in Band.of(curves).mean)
    half = Band.of(np.array([run.at(np.array(after[-1:]), run.anew) for run in runs])).half[0]
    trials, finished = np.mean([(run.trials, run.finished) for run in runs], axis=0)
    return f"{label:<32}{means}{half:>8.3f}{trials:>8.1f}{finished:>8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--spend", type=float, default=24, help="full-training equivalents of a search, anew")
    parser.add_argument("--factor", type=int, nargs="+", default=[0, 16], help="of the stopping rule; 0: without one")
    parser.add_argument("--window", type=int, nargs="+", default=[1])
    parser.add_argument("--only", nargs="*", default=None, help="of the strategies")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=None, help="keep the curves there; those of other settings stay")
    options = parser.parse_args()
    table = table_of(options.table)
    if table.early is None:
        raise SystemExit(f"{options.table}: has no acc_12, the accuracies after {RUNG} epochs")
    names = [name for name in strategies.names() if name not in SLOW] if options.only is None else options.only
    after = [round(options.spend * share, 1) for share in (1 / 3, 2 / 3, 1)]
    grid = np.arange(2, 2 * options.spend + 1) / 2
    heads = "".join(f"{costs + ' ' + format(number, 'g'):>8}" for costs in ("", "") for number in after)
    print(f"{'':<32}{'anew':>{8 * len(after)}}{'continued':>{8 * len(after)}}")
    print(f"{'setting':<32}{heads}{'+- anew':>8}{'trials':>8}{'full':>8}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.npz"
        write(table, path)
        for window in options.window:
            for factor in options.factor:
                for name in names:
                    setting = Setting(options.table, path, name, factor, window, options.spend)
                    runs = over_seeds(partial(spent, setting), options.seeds, options.processes)
                    print(shown(setting.label, runs, after), flush=True)
                    if options.out is not None:
                        keep(options.out, grid, {setting.label: np.array([run.at(grid, run.anew) for run in runs])})


if __name__ == "__main__":
    main()
