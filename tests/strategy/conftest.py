"""Studies that are told by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

sys.path.insert(0, str(Path(__file__).parent))  # `searched`

KINDS = {
    "op1": CategoricalDistribution(list("abcde")),
    "op2": CategoricalDistribution(list("abcde")),
    "depth": IntDistribution(1, 100),
    "share": FloatDistribution(0.0, 1.0),
    "branches": IntDistribution(2, 9),
}


@pytest.fixture
def told() -> Callable[..., optuna.Study]:
    """A study of trials as (choices, values), or (choices, values, violation); values None: pruned, "running": not told."""

    def make(trials: Iterable[tuple], *, directions: Iterable[str] = ("minimize",)) -> optuna.Study:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(directions=list(directions))
        for params, values, *violation in trials:
            study.add_trial(
                create_trial(
                    state=TrialState.RUNNING
                    if values == "running"
                    else TrialState.PRUNED
                    if values is None
                    else TrialState.COMPLETE,
                    params=params,
                    distributions={name: KINDS[name] for name in params},
                    values=None if values in (None, "running") else values,
                    system_attrs={"constraints:settled": violation[0]} if violation else {},
                )
            )
        return study

    return make


@pytest.fixture
def ask() -> Callable[..., dict[str, Any]]:
    """The choices of the next trial, asked for in the order of their names here; its parents."""

    def next_(study: optuna.Study, sampler: optuna.samplers.BaseSampler, *names: str) -> tuple[dict[str, Any], dict[str, Any]]:
        study.sampler = sampler
        trial = study.ask({name: KINDS[name] for name in names})
        return trial.params, study.get_trials(deepcopy=False)[trial.number].system_attrs

    return next_
