"""The results of a comparison so far: of each network one value for each seed, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean, stdev

from nas.comparison.names import group_of, name_of
from nas.space.comparison import ComparisonSpace, Missed
from nas.space.kind import Values
from nas.study.trial import Trial


@dataclass
class Results:
    """Of one network."""

    group: str
    name: str
    said: Values  # what varies
    values: dict[int, float] = field(default_factory=dict)  # seed -> the first objective
    trials: dict[int, int] = field(default_factory=dict)  # seed -> the number of its trial
    failed: dict[int, str] = field(default_factory=dict)  # seed -> why
    left_out: str = ""  # why none of its trainings took place
    choices: Values = field(default_factory=dict)  # with its widths
    params: int = 0
    macs: int = 0
    depth: int = 0

    @property
    def mean(self) -> float | None:
        return mean(self.values.values()) if self.values else None

    @property
    def spread(self) -> float | None:
        """The standard deviation over seeds."""
        return stdev(self.values.values()) if len(self.values) > 1 else None

    def missing(self, seeds: int) -> list[int]:
        """The seeds that it was not yet trained with, and will be."""
        if self.left_out:
            return []
        return [seed for seed in range(1, seeds + 1) if seed not in self.values and seed not in self.failed]


def results(kind: ComparisonSpace, trials: Sequence[Trial], metric: str) -> list[Results]:
    """Of every network of a comparison, in the order of its file."""
    found = {_key(said): Results(group_of(said, kind.compare), name_of(said), said) for said in kind.combinations()}
    for trial in trials:
        # One that was brought, or is of a file that was changed since, is none of these.
        network = found.get(_key(kind.said(trial.choices)))
        if network is None or not isinstance(seed := trial.choices.get("seed"), int):
            continue
        if trial.state == "over-budget":
            network.left_out = trial.reason
            continue
        network.choices = {name: value for name, value in trial.choices.items() if name != "seed"}
        network.params, network.macs, network.depth = trial.params, trial.macs, trial.depth
        network.trials[seed] = trial.number
        value = trial.value(metric)
        if trial.complete and value is not None:
            network.values[seed] = value
        elif trial.state == "failed":
            network.failed[seed] = trial.reason
    if not all(one.trials or one.left_out for one in found.values()):  # one that was not reached may never be
        for one in kind.grid():
            if isinstance(one, Missed):
                found[_key(one.choices)].left_out = one.reason
    return list(found.values())


def _key(said: Values) -> tuple:
    return tuple(sorted(said.items()))
