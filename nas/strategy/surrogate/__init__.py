"""The strategy `surrogate`: a model of quality on the graphs of networks decides which of many to try."""

from __future__ import annotations

from optuna.samplers import BaseSampler

from nas.errors import InputError
from nas.strategy.directed import Directed
from nas.strategy.learner import learner
from nas.strategy.view import View


@learner
def surrogate(seed: int, view: View, *, startup: int = 10) -> BaseSampler:
    """Bayesian optimisation with a Gaussian process on graphs (Ru et al. 2021)."""
    from nas.strategy.surrogate.rule import Surrogate  # on demand: it loads scipy

    if startup < 2:
        raise InputError(f"startup must be at least 2, got {startup}")
    return Directed(rule=Surrogate(view, startup), seed=seed)
