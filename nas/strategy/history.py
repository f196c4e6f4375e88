"""What a strategy knows: everything that was proposed, and what came out where that was told.

It follows from the study alone. It is kept from one proposal to the next and only what is new is added, because reading
a thousand trials anew for each proposal would take longer than to propose.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import optuna
from optuna.distributions import BaseDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from nas.strategy.tried import Tried

PAUSED = "paused"  # system attribute of a trial that is told as pruned and may go on: it may be told anew


@dataclass(frozen=True, slots=True)
class Told:
    """A trial with a result. Of each value less is better."""

    number: int
    values: tuple[float, ...]
    params: dict[str, Any]
    distributions: dict[str, BaseDistribution]
    attrs: dict[str, Any]
    curve: dict[int, float] = field(default_factory=dict)  # epoch -> the objective, where there is one

    def beats(self, other: Told) -> bool:
        """Better in one objective and worse in none (Pareto)."""
        return self.values != other.values and all(a <= b for a, b in zip(self.values, other.values, strict=True))


class History:
    """The trials of one study, before the one that is being proposed."""

    def __init__(self) -> None:
        self.tried = Tried()
        self.told: list[Told] = []  # by number; trained to the end, within the constraints, with finite values
        self.front: list[Told] = []  # those of them that no other beats, by number; of equals the first
        self.running: dict[int, FrozenTrial] = {}  # by number; no result of theirs is known
        self.partial: dict[int, Told] = {}  # stopped or paused after some epochs: a curve, and no values
        self.silent: dict[int, FrozenTrial] = {}  # all others: failed, over budget, or paused without a curve
        self._read = 0
        self._paused: dict[int, FrozenTrial] = {}  # as they were read; a row that changes is another one

    def read(self, trials: list[FrozenTrial], directions: Iterable[StudyDirection], before: int) -> None:
        """Add what is new among the trials below this number."""
        signs = [-1.0 if direction == StudyDirection.MAXIMIZE else 1.0 for direction in directions]
        # Of thousands that run few have changed; one that has is another row.
        open_ = (*self.running.items(), *self._paused.items())
        changed = [number for number, trial in open_ if trials[number] is not trial]
        for number in [*changed, *range(self._read, before)]:
            trial = trials[number]
            noted = self.running.pop(number, None)
            if number not in self._paused and len(trial.params) > (0 if noted is None else len(noted.params)):
                self.tried.add(trial.params, trial.distributions)
            self._settle(trial, signs)
        self._read = max(self._read, before)

    def _settle(self, trial: FrozenTrial, signs: list[float]) -> None:
        number = trial.number
        self._paused.pop(number, None)
        if PAUSED in trial.system_attrs:
            self._paused[number] = trial
        self.partial.pop(number, None)
        self.silent.pop(number, None)
        if not trial.state.is_finished():
            self.running[number] = trial
        elif (told := _told(trial, signs)) is not None:
            insort(self.told, told, key=_number)
            self._consider(told)
        elif (partial := _partial(trial, signs)) is not None:
            self.partial[number] = partial
        else:
            self.silent[number] = trial

    def _consider(self, told: Told) -> None:
        for other in self.front:
            if other.beats(told) or (other.values == told.values and other.number < told.number):
                return
        self.front = [other for other in self.front if other.values != told.values and not told.beats(other)]
        insort(self.front, told, key=_number)


_histories: WeakKeyDictionary[optuna.Study, History] = WeakKeyDictionary()


def history_of(study: optuna.Study, before: int) -> History:
    """What is known when the trial of this number is proposed."""
    history = _histories.setdefault(study, History())
    history.read(study.get_trials(deepcopy=False), study.directions, before)
    return history


def _number(told: Told) -> int:
    return told.number


def _told(trial: FrozenTrial, signs: list[float]) -> Told | None:
    if trial.state != TrialState.COMPLETE or _violates(trial):
        return None
    values = tuple(sign * value for sign, value in zip(signs, trial.values, strict=True))
    if not all(map(math.isfinite, values)):
        return None
    return Told(trial.number, values, trial.params, trial.distributions, trial.system_attrs, _curve(trial, signs))


def _partial(trial: FrozenTrial, signs: list[float]) -> Told | None:
    curve = _curve(trial, signs)
    if not curve or trial.state != TrialState.PRUNED or _violates(trial):
        return None
    return Told(trial.number, (), trial.params, trial.distributions, trial.system_attrs, curve)


def _curve(trial: FrozenTrial, signs: list[float]) -> dict[int, float]:
    known = trial.intermediate_values.items()
    return {epoch: signs[0] * value for epoch, value in sorted(known) if math.isfinite(value)}


def _violates(trial: FrozenTrial) -> bool:
    return any(violation > 0 for violation in trial.constraints.values())
