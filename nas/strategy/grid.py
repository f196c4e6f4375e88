"""Grid search: every combination of the choices, in the order of the file.

The first choice changes slowest. Nothing that comes back changes what comes next.
"""

from __future__ import annotations

from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from nas.errors import InputError
from nas.strategy import ranges
from nas.strategy.history import history_of
from nas.strategy.view import View


def grid(seed: int, view: View) -> BaseSampler:
    """Every combination of the choices, in the order of the file; the seed changes nothing."""
    return _InOrder()


class _InOrder(BaseSampler):
    """Optuna's view of it; its own GridSampler wants to know all choices beforehand, and knows no conditions."""

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return {}

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        if ranges.count(param_distribution) is None:
            text = f"'grid' tries every combination, and {param_name} is any number of a range; make it {{choice: [...]}}"
            raise InputError(f"{text}, or take another strategy")
        return history_of(study, trial.number).tried.first(trial.params, param_name, param_distribution)
