"""What many trials and many workers cost: `python benchmarks/scale.py [--trials N] [--fleet N] [--order]`.

The real search and its study, an evaluator that takes no time, and workers of virtual time (`nas.testing.simulated`).

1. One study in a journal: the driver's memory, what a trial costs it, the journal's size, and how long it takes to open the
   run, to show it and to resume it. Targets at 10,000 trials: less than 100 MiB of growth over the last 9,000, 2 s, 10 s.
2. A fleet: 1,000 workers and trials of about 60 s, the study in memory. Target: 95 % of the workers' time is busy. The
   driver's time is real: it is measured here, and workers wait for it as long as it takes.
3. What the order costs: the share of the workers' time in which one is free and the order says to wait, by window and by
   how much the durations of trials differ (the standard deviation over the mean, log-normal).
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nas.space import SearchSpace, load
from nas.testing.simulated import Shares, made_up_error, run_in_memory, simulate, spread

SPACE = """
name: scale
data: {name: digits}
network:
  stages: 3
  depth: {int: [1, 4], each: stage}
  width: {int: [4, 64]}
  block: {choice: [basic, preact, bottleneck, separable], each: stage}
  connect: {choice: [plain, residual, dense]}
train: {epochs: 1}
strategy: {name: random}
"""
SECONDS = 60.0  # of a trial, on average


def space_of(*overrides: str) -> SearchSpace:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scale.yaml")
        path.write_text(SPACE)
        return load(path, overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)


def resident_mib() -> float:
    """Memory of this process."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def timed(work: Callable[[], object]) -> str:
    """CPU and wall-clock seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return f"{time.process_time() - cpu:.1f} s of CPU, {time.perf_counter() - wall:.1f} s"


def one_study(strategy: str, trials: int) -> None:
    """Memory, time and size of one study in a journal."""
    print(f"\n{strategy}: {trials:,} trials")
    with tempfile.TemporaryDirectory() as folder:
        search_through(Path(folder, "run"), space_of(f"strategy.name={strategy}", f"strategy.trials={trials}"), trials)
        look_at(Path(folder, "run"), trials)


def search_through(folder: Path, space: SearchSpace, trials: int) -> None:
    from nas.study import Run, Trial

    memory: dict[int, float] = {}
    run = Run.create(folder, space)

    def watch(trial: Trial) -> None:
        if trial.state == "finished" and trial.number + 1 in (trials // 10, trials):
            memory[trial.number + 1] = resident_mib()

    search = run.search(watch=watch)
    started = time.process_time()
    shares = simulate(search, workers=1, seconds=lambda trial: SECONDS, result=made_up_error)
    took = time.process_time() - started
    print(f"  driver     {1000 * took / trials:.1f} ms of CPU a trial; a proposal {1000 * shares.ask_seconds:.1f} ms")
    kept = list(memory.values())
    print(f"  memory     {kept[-1] - kept[0]:.0f} MiB more after the last {trials - trials // 10:,}")
    print(f"  journal    {(folder / 'study.journal').stat().st_size / 2**20:.1f} MiB")


def look_at(folder: Path, trials: int) -> None:
    from nas.cli.leaderboard import overview
    from nas.study import Run

    print(f"  open       {timed(lambda: Run.open(folder))}")
    run = Run.open(folder)
    print(f"  show       {timed(lambda: overview(run, limit=8, width=120))} behind opening it")
    print(f"  resume     {timed(lambda: run.search(trials=trials + 1).ask())} behind opening it, to the first trial", flush=True)


def fleet(strategy: str, trials: int, workers: int, window: int) -> None:
    """How busy many workers are."""
    overrides = (f"strategy.name={strategy}", f"strategy.trials={trials}", f"strategy.window={window}")
    search = run_in_memory(space_of(*overrides))
    shares = simulate(search, workers=workers, seconds=spread(SECONDS, 0.3), result=made_up_error)
    print(
        f"{strategy:<10} {trials:>8,} trials {workers:>6,} workers  window {window:>5,}  {line(shares)}  "
        f"driver {1000 * shares.driver_seconds / shares.legs:.2f} ms a trial",
        flush=True,
    )


def line(shares: Shares) -> str:
    busy, order, driver = (100 * shares.share(value) for value in (shares.busy, shares.order, shares.driver))
    return f"busy {busy:5.1f} %  waits for the order {order:5.1f} %  for the driver {driver:5.1f} %"


def order(trials: int, workers: int) -> None:
    """Idle shares by window and spread of durations."""
    spreads = (0.0, 0.1, 0.3, 1.0)
    print(f"\nidle because the order said to wait, {workers} workers, {trials:,} trials")
    print(f"{'window':>8}" + "".join(f"{f'spread {value:g}':>14}" for value in spreads))
    for factor in (1, 1.5, 2, 4):
        window, cells = round(factor * workers), []
        for value in spreads:
            search = run_in_memory(space_of(f"strategy.trials={trials}", f"strategy.window={window}"))
            shares = simulate(search, workers=workers, seconds=spread(SECONDS, value), result=made_up_error, driver=False)
            cells.append(f"{100 * shares.share(shares.order):>12.1f} %")
        print(f"{factor:>7g}x" + "".join(cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000, help="of one study; 0 leaves it out")
    parser.add_argument("--strategies", nargs="*", default=["random", "evolution"])
    parser.add_argument("--fleet", type=int, default=100_000, help="trials of the fleet; 0 leaves it out")
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--order", type=int, default=2000, help="trials for each cell of the table; 0 leaves it out")
    options = parser.parse_args()
    for strategy in options.strategies if options.trials else ():
        one_study(strategy, options.trials)
    print()
    for strategy in options.strategies if options.fleet else ():
        for factor in (1, 2, 3):
            fleet(strategy, options.fleet, options.workers, factor * options.workers)
    if options.order:
        order(options.order, 50)


if __name__ == "__main__":
    main()
