"""What is known when a decision is made: the outcomes of legs in their order, at the rungs and with the sampler.

Of a trial that is not trained the sampler learns in its place among the numbers: of a repeat what it was told of the
original, of one that the budget or the prefilter refused at once, because that waits for nobody's result.
"""

from __future__ import annotations

from collections.abc import Sequence

from nas.space.settings import ObjectiveSettings
from nas.study.decisions.memory import Memory
from nas.study.decisions.order import Order
from nas.study.decisions.stopping import Rungs
from nas.study.trial import Leg, Trial


class Knowledge:
    """Takes outcomes into account, one after another; `trials` is the list of the search, which grows."""

    def __init__(
        self, trials: Sequence[Trial], order: Order, rungs: Rungs, memory: Memory, objectives: Sequence[ObjectiveSettings]
    ) -> None:
        self._trials, self._order, self._rungs, self._memory, self._objectives = trials, order, rungs, memory, objectives
        self._told = 0  # the sampler was told of all trials below this number
        self.repeats: dict[int, list[Trial]] = {}  # number -> the trials that repeat its network

    def add_repeat(self, trial: Trial) -> None:
        """Note a trial that repeats another's network."""
        if trial.repeats is not None:
            self.repeats.setdefault(trial.repeats, []).append(trial)

    def learn_to(self, count: int) -> bool:
        """Take the outcomes of the first `count` legs into account; False where one of them is still to come."""
        for trial, leg in self._order.learn(count):
            self._rungs.learn(trial, leg)
            self._tell(trial, leg)
        return self._order.known >= count

    def _tell(self, trial: Trial, leg: Leg) -> None:
        for number in range(self._told, trial.number):
            self._tell_untrained(self._trials[number])
        self._told = max(self._told, trial.number + 1)
        reached, first = self._rungs.reached(trial, leg), self._objectives[0].metric
        curve = {epoch: metrics[first] for epoch, metrics in trial.curve.items() if first in metrics}
        if reached is None:
            violation = 1.0 if trial.state == "failed" else 0.0
            self._memory.tell(trial.number, final(trial, self._objectives), violation=violation, curve=curve)
        else:
            curve = {epoch: value for epoch, value in curve.items() if epoch <= reached}
            self._memory.tell(trial.number, None, curve=curve, paused=True)
        for repeat in self.repeats.get(trial.number, ()):
            if repeat.number < self._told:
                self._tell_untrained(repeat)

    def _tell_untrained(self, trial: Trial) -> None:
        original = trial.repeats
        if original is None:
            self._memory.tell(trial.number, None)
            return
        values = final(self._trials[original], self._objectives) if self._memory.complete(original) else None
        self._memory.tell(trial.number, values, paused=self._memory.paused(original))


def final(trial: Trial, objectives: Sequence[ObjectiveSettings]) -> list[float] | None:
    """The objectives of a trial that has final ones."""
    if not trial.complete:
        return None
    found = [trial.value(objective.metric) for objective in objectives]
    return None if None in found else [float(value) for value in found if value is not None]
