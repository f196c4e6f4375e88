"""The prefilter: of each so many proposals the one with the best zero-cost score is trained (Abdelfattah et al. 2021,
arXiv:2101.08134, section 4.2: training-free scores choose what a search warms up with and moves to).

A group is proposed one after another with the same knowledge, and decided when it is full, or when nothing new comes any
more. The others are *screened*: a strategy is told that they were passed over, without a value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from nas.space.settings import COSTS, PrefilterSettings
from nas.study.trial import Trial

PASSED = "passed over"  # how the reason of one begins that was


class Screening:
    """The group that is being proposed; without a prefilter it is always empty."""

    def __init__(self, settings: PrefilterSettings | None) -> None:
        self._settings = settings
        self.group: list[Trial] = []

    @property
    def active(self) -> bool:
        return self._settings is not None

    @property
    def full(self) -> bool:
        return self._settings is not None and len(self.group) >= self._settings.of

    def restore(self, trials: Iterable[Trial]) -> list[Trial]:
        """Take up the group that is not decided yet; gives back those of the others that were passed over.

        Each group but the last has as many members as the settings say, so stored trials fall into groups by their numbers.
        """
        if self._settings is None:
            return []
        members = [trial for trial in trials if trial.trains or trial.state == "screened"]
        passed: list[Trial] = []
        for start in range(0, len(members), self._settings.of):
            group = members[start : start + self._settings.of]
            best = next((trial for trial in group if trial.trains), None)
            others = [trial for trial in group if trial is not best]
            if best is None:
                self.group = group
                continue
            for trial in others:
                self._explain(trial, best)
            passed += others
        return passed

    def decide(self) -> tuple[Trial, list[Trial]]:
        """The best of the group, of equals the first, and the others, each with its reason; the next group begins."""
        assert self._settings is not None
        group, self.group = self.group, []
        best = max(group, key=self._rank)
        others = [trial for trial in group if trial is not best]
        for trial in others:
            self._explain(trial, best)
        return best, others

    def _explain(self, trial: Trial, best: Trial) -> None:
        """Say in a trial's reason why it was passed over."""
        assert self._settings is not None
        by = self._settings.by
        if trial.reason.startswith(PASSED):
            return
        if self._rank(trial) == -math.inf:
            trial.reason = f"{PASSED}: it has no {by}, and so ranks last; {trial.reason}"
        else:
            rank = f"{by} is {self._rank(trial):.6g}, and {self._rank(best):.6g} that of trial {best.number}"
            trial.reason = f"{PASSED}: its {rank}"

    def _rank(self, trial: Trial) -> float:
        """The score, more is better; one that is missing ranks last."""
        assert self._settings is not None
        by = self._settings.by
        value = trial.scores.get(by, trial.costs[by] if by in COSTS else -math.inf)
        return value if math.isfinite(value) else -math.inf
