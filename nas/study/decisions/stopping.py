"""Ending or pausing trials early: successive halving, asynchronously (Li et al. 2020, arXiv:1810.05934, algorithm 2).

Rungs are epochs at which trials are compared. `pause: true` is the paper's algorithm: each trial pauses at each rung, and
the best one of a rung goes on when it is among the top 1/factor of those that reached it. Different here: of n that reached a
rung never more than n/factor go on, however the best change, so that the cost of a search is known before it; and where by
that none would be trained to the end, the best one is. `pause: false` decides once, on arrival: a trial goes on where it is
among the best 1/factor of those that were there before, and ends otherwise.

Compared are only trials whose results may be known by the order of the search. So a decision is a pure function of the
study, the same on every runner and after every interruption. Trials that start from their parents' weights are compared
with one another alone: their third epoch is not the third one of a network that was made at random.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from nas.errors import SearchError
from nas.space.file import SearchFile
from nas.space.settings import StopSettings
from nas.study.decisions.ranking import Arrivals, Fronts, Line, Values, before
from nas.study.trial import Leg, Trial

Rung = tuple[int, bool]  # its index from the lowest, and whether it is one of trials that inherited weights


def rungs(rule: StopSettings, epochs: int, *, macs: int = 0, budget: float | None = None) -> tuple[int, ...]:
    """Epochs at which a trial of so many epochs is compared, lowest rung first; never the last one.

    With `unit: compute` a rung e is where the trial has spent what e epochs cost at the budget of macs: epoch
    ceil(e * budget / macs). A cheap network meets its rungs later and has fewer of them; no two of them fall together,
    because none costs more than the budget.
    """
    if rule.name == "none":
        return ()
    found = list(rule.rungs)
    epoch = rule.min_epochs
    while not rule.rungs and epoch < epochs:
        found.append(epoch)
        epoch *= rule.factor
    if rule.unit == "compute":
        assert budget is not None
        found = [-(-epoch * int(budget) // macs) for epoch in found] if macs else []
    return tuple(epoch for epoch in found if epoch < epochs)


def goes_on(factor: int, mine: Values, others: np.ndarray) -> bool:
    """Whether a trial with these values at a rung goes on, among those of others at the same rung, (trials, values).

    Fewer than `factor` others say nothing yet; of equals none is held back.
    """
    if len(others) < factor:
        return True
    best = max(1, (len(others) + 1) // factor)
    return before(mine, others, enough=best) < best


class Rungs:
    """Who reached which rung, with what, as far as it is known."""

    def __init__(self, file: SearchFile) -> None:
        self._rule, self._recipe, self._budget = file.stop, file.train, file.budget.macs
        ways = {objective.metric: objective.direction for objective in file.objectives}
        compared = ways if file.stop.metric is None else {file.stop.metric: ways.get(file.stop.metric, "minimize")}
        self._signs = {metric: -1.0 if way == "maximize" else 1.0 for metric, way in compared.items()}
        self._arrived: dict[Rung, Arrivals] = defaultdict(lambda: Arrivals(len(compared)))
        self._paused: dict[Rung, Line | Fronts] = defaultdict(Line if len(compared) == 1 else Fronts)

    def epochs(self, trial: Trial) -> tuple[int, ...]:
        """Epochs at which a trial is compared, lowest rung first."""
        return rungs(self._rule, trial.epochs(self._recipe), macs=trial.macs, budget=self._budget)

    def first(self, trial: Trial) -> int | None:
        """The epoch at which a new trial pauses."""
        return next(iter(self.epochs(trial)), None) if self._rule.pause else None

    def reached(self, trial: Trial, leg: Leg) -> int | None:
        """The epoch at which a leg paused; None where it went on to the end, or came to no rung."""
        if leg.until is None or (leg is trial.legs[-1] and trial.state != "paused"):
            return None
        return min((epoch for epoch in trial.curve if epoch >= leg.until), default=None)

    def goes_on(self, trial: Trial, epoch: int, metrics: dict[str, float]) -> bool:
        """Whether a trial that reports so much is not to be ended; `SearchError` where a rung lacks what it compares."""
        if self._rule.pause:
            if trial.until is not None and epoch >= trial.until:
                self._values(trial, metrics)
            return True
        found = self.epochs(trial)
        if epoch not in found:
            return True
        arrived = self._arrived[found.index(epoch), trial.inherits is not None]
        return goes_on(self._rule.factor, self._values(trial, metrics), arrived.of_first(trial.legs[-1].known))

    def learn(self, trial: Trial, leg: Leg) -> None:
        """Take the outcome of a leg into account; legs come in their order."""
        inherited = trial.inherits is not None
        if not self._rule.pause:
            for index, epoch in enumerate(self.epochs(trial)):
                if epoch in trial.curve:
                    self._arrived[index, inherited].add(leg.place, self._values(trial, trial.curve[epoch]))
            return
        epoch = self.reached(trial, leg)
        if epoch is not None:
            rung = self.epochs(trial).index(leg.until), inherited
            self._paused[rung].add(trial.number, self._values(trial, trial.curve[epoch]))

    def best(self, *, any_: bool = False) -> int | None:
        """The number of the paused trial that goes on next: the best of the highest rung that lets one go on.

        any_: whatever share of that rung went on already.
        """
        for rung in sorted(self._paused, key=lambda rung: (-rung[0], rung[1])):
            found = self._paused[rung].best(1 if any_ else self._rule.factor)
            if found is not None:
                return found
        return None

    def promote(self, trial: Trial, leg: Leg) -> int | None:
        """Note that a trial goes on from where this leg of it paused; the epoch of its next rung, None: the end."""
        found = self.epochs(trial)
        index = found.index(leg.until)
        self._paused[index, trial.inherits is not None].promote(trial.number)
        return found[index + 1] if index + 1 < len(found) else None

    def _values(self, trial: Trial, metrics: dict[str, float]) -> Values:
        """What is compared, less is better."""
        known = metrics | trial.costs
        for metric in self._signs:
            if metric not in known:
                given = f"the evaluator reports {', '.join(sorted(metrics))}"
                if self._rule.metric is not None:
                    raise SearchError(f"stop.metric is '{metric}', and {given}")
                raise SearchError(f"rungs compare the objectives, and no '{metric}': {given}; name one of them as stop.metric")
        return tuple([sign * known[metric] for metric, sign in self._signs.items()])
