"""A sampler that follows a rule: the rule wishes for choices, the rest is drawn at random, and nothing is tried twice.

A rule sees the history and says what it wants of the next trial. A choice that it does not know, because a condition now
holds, is drawn so that the trial can still be a new one. All randomness comes from the seed and the trial's number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from nas.seeds import derive
from nas.strategy.history import History, history_of

PARENTS = "strategy:parents"  # numbers of a trial's parents, the one whose choices it mostly has first


@dataclass(frozen=True)
class Wish:
    """Choices with what they are taken from, and system attributes to note with the trial; empty for a random one."""

    params: dict[str, Any] = field(default_factory=dict)
    distributions: dict[str, BaseDistribution] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)


Rule = Callable[[History, int, Random], Wish]  # the history, the trial's number


class Directed(BaseSampler):
    """Optuna's view of a rule."""

    def __init__(self, *, rule: Rule, seed: int) -> None:
        self._rule, self._seed = rule, seed
        self._wish: tuple[int, Wish] | None = None  # of the trial that is being drawn

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._wish_for(study, trial).distributions

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        wish = self._wish_for(study, trial)
        for name, value in wish.attrs.items():
            study._storage.set_trial_system_attr(trial._trial_id, name, value)
        return wish.params

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        wish = self._wish_for(study, trial)
        tried = history_of(study, trial.number).tried
        random = Random(derive(self._seed, trial.number, param_name))
        return tried.choose(trial.params, param_name, param_distribution, wish.params, random)

    def _wish_for(self, study: optuna.Study, trial: FrozenTrial) -> Wish:
        if self._wish is None or self._wish[0] != trial.number:
            history = history_of(study, trial.number)
            self._wish = trial.number, self._rule(history, trial.number, Random(derive(self._seed, trial.number)))
        return self._wish[1]
