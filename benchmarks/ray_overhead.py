"""What the Ray runner costs beside the trials themselves: trivial trials on two workers.

    python benchmarks/ray_overhead.py [TRIALS]

Ours: `nas search` on Ray with an evaluator that returns at once; every trial goes through space, budget, novelty and the
durable study. Theirs: a hand-written script with Ray Tune, OptunaSearch and reused actors, that draws the same choices,
with its study in memory and in SQLite. Each side runs in a process of its own, in turns; times are from the first
result to the last.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

SPACE = """
name: trivial
data: {name: digits}
network:
  stages: 2
  depth: {int: [1, 6]}
  width: {int: [4, 64]}
  block: {choice: [basic, preact, bottleneck, inception]}
  connect: {choice: [plain, residual, merge-and-run, dense]}
budget: {params: 2M}
train: {epochs: 1}
evaluator: "ray_overhead:trivial"
strategy: {name: tpe, repeats: retrain}
"""
ROUNDS = 5


def trivial(genome, context) -> dict[str, float]:
    """An evaluator that returns at once."""
    return {"error": genome.params % 97 / 97}


def ours(trials: int) -> float:
    """Milliseconds for each trial."""
    import nas

    moments: list[float] = []

    def watch(trial) -> None:
        if trial.settled and trial.trains:
            moments.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trivial.yaml"
        path.write_text(SPACE)
        nas.search(path, runner="laptop", out=Path(folder) / "run", trials=trials, watch=watch)
    return _each(moments)


def draw(trial) -> None:
    """The same choices, for Optuna alone."""
    trial.suggest_categorical("block", ["basic", "preact", "bottleneck", "inception"])
    trial.suggest_categorical("connect", ["plain", "residual", "merge-and-run", "dense"])
    trial.suggest_int("depth", 1, 6)
    trial.suggest_float("width", 0, 1)


def train(config: dict) -> None:
    """A trainable that returns at once."""
    from ray import tune

    tune.report({"error": config["width"]})


def theirs(trials: int, *, durable: bool) -> float:
    """Milliseconds for each trial of a script that somebody would write by hand."""
    os.environ.update({"RAY_AIR_NEW_OUTPUT": "0", "RAY_USAGE_STATS_ENABLED": "0"})
    import optuna
    import ray
    from ray import tune
    from ray.tune.search import ConcurrencyLimiter
    from ray.tune.search.optuna import OptunaSearch

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    moments: list[float] = []

    class Clock(tune.Callback):
        def on_trial_complete(self, iteration, trials, trial, **info) -> None:
            moments.append(time.perf_counter())

    with tempfile.TemporaryDirectory(prefix="nas-") as folder:
        storage = optuna.storages.RDBStorage(f"sqlite:///{folder}/study.db") if durable else None
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, _temp_dir=f"{folder}/ray")
        search = OptunaSearch(draw, metric="error", mode="min", sampler=optuna.samplers.TPESampler(seed=0), storage=storage)
        tune.Tuner(
            tune.with_resources(train, {"cpu": 1}),
            tune_config=tune.TuneConfig(search_alg=ConcurrencyLimiter(search, 2), num_samples=trials, reuse_actors=True),
            run_config=tune.RunConfig(storage_path=f"{folder}/tune", verbose=0, callbacks=[Clock()]),
        ).fit()
        ray.shutdown()
    return _each(moments)


def _each(moments: list[float]) -> float:
    return (moments[-1] - moments[0]) / (len(moments) - 1) * 1000


SIDES = {
    "nas, journal": ours,
    "by hand, in memory": lambda trials: theirs(trials, durable=False),
    "by hand, SQLite": lambda trials: theirs(trials, durable=True),
}


def main() -> None:
    trials = sys.argv[1] if len(sys.argv) > 1 else "100"
    if len(sys.argv) > 2:
        print(SIDES[sys.argv[2]](int(trials)))
        return
    found: dict[str, list[float]] = {name: [] for name in SIDES}
    for _ in range(ROUNDS):
        for name in SIDES:
            done = subprocess.run([sys.executable, __file__, trials, name], capture_output=True, text=True, check=True)
            found[name].append(float(done.stdout.split()[-1]))
    base = statistics.median(found["nas, journal"])
    print(f"{trials} trivial trials on two workers, median of {ROUNDS} rounds\n")
    print(f"{'':22}{'ms a trial':>12}{'least':>8}{'most':>8}{'nas / it':>10}")
    for name, times in found.items():
        middle = statistics.median(times)
        print(f"{name:22}{middle:>12.1f}{min(times):>8.1f}{max(times):>8.1f}{base / middle:>10.2f}")


if __name__ == "__main__":
    main()
