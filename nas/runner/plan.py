"""The plan of a search, made and printed before its first trial."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nas.data import DataInfo
from nas.errors import InputError
from nas.runner.lines import lines
from nas.runner.machine import Machine
from nas.runner.profile import Profile
from nas.runner.share import EIGHTHS, gpu_share, training_bytes
from nas.space import SearchSpace
from nas.space.settings import TrainSettings


@dataclass(frozen=True)
class Limits:
    """What the process of a trial is held to; None: no limit."""

    memory_bytes: int | None = None
    silence_seconds: float | None = None  # the longest time without a report


@dataclass(frozen=True)
class Plan:
    """What each trial gets, and how many run at once."""

    engine: str
    address: str
    workers: int  # 0: as many as the cluster holds, which may grow
    cpus: float
    gpus: float  # of each trial; where shares follow from memory, the smallest
    retries: int
    time_limit_seconds: float | None
    lines: tuple[str, ...]  # for a person
    warnings: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    gpu_bytes: float = 0.0  # of each GPU, where a trial's share follows from the memory that it needs
    gpus_open: bool = False  # whether gpus are settled when the cluster is joined

    @property
    def device(self) -> str:
        return "cuda:0" if self.gpus else "cpu"

    def share(self, *, params: int, activations: int, train: TrainSettings) -> float:
        """Of a GPU, for a trial of a network of so many params and activations."""
        if not self.gpu_bytes:
            return self.gpus
        return gpu_share(training_bytes(params=params, activations=activations, train=train), self.gpu_bytes)


def make(profile: Profile, space: SearchSpace, info: DataInfo, *, images: int | None, machine: Machine, trials: int) -> Plan:
    """What this profile gives to each trial of a search on this machine.

    `images`: how many there are to train on, where that is known. Of a cluster nothing is known before it is joined: what
    is left to `auto` is settled then. Raises `InputError` for a trial that asks for more than the machine has.
    """
    train = space.file.train
    alone = profile.engine != "ray" or profile.address == "local"
    plan = Plan(
        profile.engine,
        profile.address,
        0,
        float(train.threads) if profile.cpus == "auto" else profile.cpus,
        0.0 if profile.gpus == "auto" else profile.gpus,
        profile.retries,
        _times(profile.time_limit_minutes, 60),
        (),
        limits=Limits(
            memory_bytes=None if profile.memory_gb is None else int(profile.memory_gb * 1e9),
            silence_seconds=_times(profile.silence_minutes, 60),
        ),
    )
    if alone:
        plan = on_machine(plan, profile, machine)
    else:
        workers = 0 if profile.workers == "auto" else profile.workers
        plan = replace(plan, workers=workers, gpus_open=profile.gpus == "auto")
    plan = replace(plan, warnings=(*plan.warnings, *window_warning(space.file.strategy.window, plan.workers)))
    return replace(plan, lines=lines(plan, profile.name, space, info, images=images, trials=trials))


def on_machine(plan: Plan, profile: Profile, machine: Machine) -> Plan:
    """A plan with all that depends on what this machine has."""
    if profile.gpus == "auto":
        plan = by_memory(plan, machine.gpus, machine.gpu_bytes)
    _check(profile, plan, machine)
    slots = fit(plan, machine)
    workers = 1 if plan.engine != "ray" else max(1, slots) if profile.workers == "auto" else profile.workers
    warnings = []
    if plan.engine == "ray" and workers > slots:
        warnings.append(f"{workers} workers were asked for and {slots} fit; the others would wait, so {slots} are started")
        workers = slots
    if machine.gpus and not plan.gpus:
        warnings.append(f"this machine has {machine.gpus} GPU(s), and this search uses none; give each trial a share: gpus: auto")
    return replace(plan, workers=workers, warnings=tuple(warnings))


def by_memory(plan: Plan, gpus: float, gpu_bytes: float) -> Plan:
    """A plan that gives each trial as much of a GPU as its network needs; a quarter where a GPU does not say its size."""
    if not gpus:
        return replace(plan, gpus=0.0, gpu_bytes=0.0)
    return replace(plan, gpus=1 / EIGHTHS if gpu_bytes else 0.25, gpu_bytes=gpu_bytes)


def fit(plan: Plan, machine: Machine) -> int:
    """How many trials run at once on a machine."""
    count = int(machine.cores // plan.cpus)
    if not plan.gpus:
        return count
    return min(count, int(machine.gpus * (1 // plan.gpus)) if plan.gpus <= 1 else int(machine.gpus // plan.gpus))


def window_warning(window: int, workers: int) -> list[str]:
    """What is to be said where the order of the search keeps workers idle."""
    if workers == 1 or window >= 2 * workers:  # measured: hardly any of their time is lost then (benchmarks/README.md)
        return []
    idle = f"{workers - window} of {workers} workers will" if window < workers else f"some of {workers} workers will at times"
    return [f"strategy.window is {window}, so {idle} be idle; make it {3 * workers}, three times the workers"]


def _times(minutes: float | None, seconds: float) -> float | None:
    return None if minutes is None else minutes * seconds


def _check(profile: Profile, plan: Plan, machine: Machine) -> None:
    if plan.gpus > machine.gpus:
        raise InputError(
            f"runner '{profile.name}': each trial asks for {plan.gpus:g} GPU, and this machine has {machine.gpus}; "
            f"choose another runner, or set gpus: 0"
        )
    if plan.cpus > machine.cores:
        raise InputError(
            f"runner '{profile.name}': each trial asks for {plan.cpus:g} CPU cores, and this machine has {machine.cores}; "
            f"lower train.threads, or the runner's cpus"
        )
