"""The plan of a search, made and printed before its first trial."""

from __future__ import annotations

from dataclasses import dataclass

from nas.data import DataInfo
from nas.errors import InputError, OverBudget
from nas.runner.machine import Machine
from nas.runner.profile import Profile
from nas.space import SearchSpace
from nas.space.drawing import RandomTrial
from nas.space.file import SearchFile

GPU_SHARE = 0.25  # of one GPU for each trial, unless the profile says otherwise: small networks leave most of it idle
CPU_MACS_A_SECOND, GPU_MACS_A_SECOND = 8e9, 1e12  # for each thread, and for each GPU; a guess for a first estimate
NODE_SECONDS = 25e-6  # forward, backward and update of one node, whatever its size


@dataclass(frozen=True)
class Plan:
    """What each trial gets, and how many run at once."""

    engine: str
    address: str
    workers: int
    cpus: float
    gpus: float
    retries: int
    time_limit_seconds: float | None
    lines: tuple[str, ...]  # for a person
    warnings: tuple[str, ...] = ()

    @property
    def device(self) -> str:
        return "cuda:0" if self.gpus else "cpu"


def make(profile: Profile, space: SearchSpace, info: DataInfo, *, images: int | None, machine: Machine, trials: int) -> Plan:
    """What this profile gives to each trial of a search on this machine.

    `images`: how many there are to train on, where that is known. On a cluster the machine says nothing: the profile
    must, and Ray checks. Raises `InputError` for a trial that asks for more than the machine has.
    """
    train = space.file.train
    cpus = float(train.threads) if profile.cpus == "auto" else profile.cpus
    gpus = (GPU_SHARE if machine.gpus else 0.0) if profile.gpus == "auto" else profile.gpus
    alone = profile.engine == "local" or profile.address == "local"
    if alone:
        _check(profile, cpus, gpus, machine)
    fit = int(machine.cores // cpus)
    if gpus:
        fit = min(fit, int(machine.gpus * (1 // gpus)) if gpus <= 1 else int(machine.gpus // gpus))
    workers = 1 if profile.engine == "local" else max(1, fit) if profile.workers == "auto" else profile.workers
    warnings = []
    if alone and profile.engine == "ray" and workers > fit:
        warnings.append(f"{workers} workers were asked for and {fit} fit; the others would wait, so {fit} are started")
        workers = fit
    if machine.gpus and not gpus:
        warnings.append(
            f"this machine has {machine.gpus} GPU(s), and this search uses none; give each trial a share: gpus: {GPU_SHARE}"
        )
    window = space.file.strategy.window
    if window < workers:
        idle = f"{workers - window} of {workers} workers will be idle"
        warnings.append(f"strategy.window is {window}, so {idle}; make it at least {workers}")
    limit = profile.time_limit_minutes
    return Plan(
        profile.engine,
        profile.address,
        workers,
        cpus,
        gpus,
        profile.retries,
        None if limit is None else limit * 60,
        tuple(_lines(profile, space, info, workers, cpus, gpus, images, trials)),
        tuple(warnings),
    )


def _check(profile: Profile, cpus: float, gpus: float, machine: Machine) -> None:
    if gpus > machine.gpus:
        raise InputError(
            f"runner '{profile.name}': each trial asks for {gpus:g} GPU, and this machine has {machine.gpus}; "
            f"choose another runner, or set gpus: 0"
        )
    if cpus > machine.cores:
        raise InputError(
            f"runner '{profile.name}': each trial asks for {cpus:g} CPU cores, and this machine has {machine.cores}; "
            f"lower train.threads, or the runner's cpus"
        )


def _lines(
    profile: Profile, space: SearchSpace, info: DataInfo, workers: int, cpus: float, gpus: float, images: int | None, trials: int
) -> list[str]:
    file = space.file
    budget = ", ".join(f"{value:,} {name}" for name, value in file.budget.model_dump().items() if value) or "none"
    shape = "x".join(map(str, info.shape))
    share = f", {gpus:g} GPU" if gpus else ""
    ray = "a private Ray" if profile.address == "local" else f"Ray at {profile.address}"
    place = "this process" if profile.engine == "local" else ray
    lines = [
        f"search     {space.name}: {trials} trials by {file.strategy.name}, seed {file.strategy.seed}",
        f"data       {info.name}: {shape}, {len(info.classes)} classes" + (f", {images:,} images to train on" if images else ""),
        f"budget     {budget}; objectives {', '.join(o.metric for o in file.objectives)}",
        *_screened(file),
        _work(file),
        f"runner     {profile.name}: {place}, {workers} at once, each {cpus:g} CPU{share}; device {'cuda' if gpus else 'cpu'}",
    ]
    if images and file.evaluator == "train":
        seconds = estimate(space, images, gpus=gpus, cpus=cpus) * trials / workers
        lines.append(f"time       about {duration(seconds)}, if no trial is stopped early (a guess before the first trial)")
    return lines


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
