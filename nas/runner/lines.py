"""The plan of a search in words: what, on what, where, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nas.data import DataInfo
from nas.errors import OverBudget
from nas.space import SearchSpace
from nas.space.drawing import RandomTrial
from nas.space.file import ComparisonFile, SearchFile

if TYPE_CHECKING:
    from nas.runner.plan import Plan

CPU_MACS_A_SECOND, GPU_MACS_A_SECOND = 8e9, 1e12  # for each thread, and for each GPU; a guess for a first estimate
NODE_SECONDS = 25e-6  # forward, backward and update of one node, whatever its size


def lines(plan: Plan, name: str, space: SearchSpace, info: DataInfo, *, images: int | None, trials: int) -> tuple[str, ...]:
    """The lines of a plan. name: of the runner. images: how many there are to train on, where that is known."""
    file = space.file
    budget = ", ".join(f"{value:,} {name}" for name, value in _limits(file)) or "none"
    shape = "x".join(map(str, info.shape))
    found = [
        f"search     {space.name}: {trials} trials by {file.strategy.name}, seed {file.strategy.seed}",
        f"data       {info.name}: {shape}, {len(info.classes)} classes" + (f", {images:,} images to train on" if images else ""),
        f"budget     {budget}; objectives {', '.join(o.metric for o in file.objectives)}",
        *_screened(file),
        _work(file),
        f"runner     {name}: {_where(plan)}",
    ]
    if images and plan.workers and file.evaluator == "train":
        seconds = estimate(space, images, gpus=plan.gpus, cpus=plan.cpus) * trials / plan.workers
        found.append(f"time       about {duration(seconds)}, if no trial is stopped early (a guess before the first trial)")
    return tuple(found)


def _limits(file: SearchFile) -> list[tuple[str, int]]:
    """What a network may cost at most; of a comparison what each spends."""
    if isinstance(file, ComparisonFile):
        return [(file.compare.equal, budget) for budget in file.compare.budgets]
    return [(name, value) for name, value in file.budget.model_dump().items() if value]


def _where(plan: Plan) -> str:
    """Which processes, how many, and what each trial has of the machine."""
    if plan.engine == "ray":
        place = "a private Ray" if plan.address == "local" else f"Ray at {plan.address}"
    else:
        place = "this process" if plan.engine == "inline" else "a worker process"
    count = f"{plan.workers} at once" if plan.workers else "as many at once as fit"
    share = "" if not plan.gpus else ", a GPU's share by its memory" if plan.gpu_bytes else f", {plan.gpus:g} GPU"
    return f"{place}, {count}, each {plan.cpus:g} CPU{share}; device {'cuda' if plan.gpus else 'cpu'}"


def _screened(file: SearchFile) -> list[str]:
    """What is found out about proposals before one is trained."""
    scores, prefilter = file.strategy.scores, file.strategy.prefilter
    parts = [f"the best of each {prefilter.of} by {prefilter.by} is trained"] if prefilter else []
    parts += [f"scores {', '.join(scores)}"] if scores else []
    return [f"proposals  {'; '.join(parts)}"] if parts else []


def _work(file: SearchFile) -> str:
    """Where the results of a trial come from."""
    train = file.train
    if file.reads_results:
        return f"results    of {file.evaluator.partition(':')[2]}, after {train.epochs} epochs{_stopping(file)}"
    inherited = f" ({train.inherited_epochs or -(-train.epochs // 2)} from a parent's weights)" if train.inherit else ""
    return f"training   {train.epochs} epochs{inherited} of batch {train.batch}, {train.precision}{_stopping(file)}"


def _stopping(file: SearchFile) -> str:
    stop = file.stop
    if stop.name == "none":
        return ""
    at = (
        f"at epoch{'s' * (len(stop.rungs) > 1)} {', '.join(map(str, stop.rungs))}"
        if stop.rungs
        else f"from epoch {stop.min_epochs}"
    )
    unit = " (of a network of budget.macs)" if stop.unit == "compute" else ""
    return f", {'paused' if stop.pause else 'stopped'} by {stop.name} {at}{unit}"


def estimate(space: SearchSpace, images: int, *, gpus: float, cpus: float) -> float:
    """Seconds of one trial, guessed from the cost of a few random genomes."""
    train = space.file.train
    steps = train.epochs * -(-images // train.batch)
    rate = GPU_MACS_A_SECOND * min(gpus, 1) if gpus else CPU_MACS_A_SECOND * train.threads
    seconds = []
    for seed in range(12):
        try:
            genome = space.genome(RandomTrial(seed))
        except OverBudget:
            continue
        seconds.append(steps * (len(genome) * NODE_SECONDS + 3 * genome.macs * train.batch / rate))
    return sum(seconds) / len(seconds) if seconds else 0.0


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
