"""Who decides what to try next: Optuna samplers, by name.

A strategy is a function of a seed that gives a sampler. One is made anew for each proposal, with a seed derived from
the run's seed and the trial's number, so that a proposal depends on nothing but those and the results told so far.
"""

from __future__ import annotations

from collections.abc import Callable

import optuna
from optuna.samplers import BaseSampler

from nas.registry import Registry

Strategy = Callable[[int], BaseSampler]

strategies: Registry[Strategy] = Registry("strategy")


def random(seed: int) -> BaseSampler:
    """Uniform and independent (Bergstra and Bengio 2012, JMLR 13)."""
    return optuna.samplers.RandomSampler(seed=seed)


def tpe(seed: int) -> BaseSampler:
    """Tree-structured Parzen estimator (Bergstra et al. 2011; Ozaki et al. 2022 for several objectives)."""
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=8)


def nsga2(seed: int) -> BaseSampler:
    """A genetic algorithm by non-dominated rank and crowding (Deb et al. 2002)."""
    return optuna.samplers.NSGAIISampler(seed=seed, population_size=12)


def gp(seed: int) -> BaseSampler:
    """Bayesian optimisation with a Gaussian process (Optuna's GPSampler)."""
    import torch

    # The process is fitted on the CPU; with one thread its numbers do not depend on what else the driver runs.
    torch.set_num_threads(1)
    return optuna.samplers.GPSampler(seed=seed, n_startup_trials=8, deterministic_objective=False)


strategies.register("random", random)
strategies.register("tpe", tpe)
strategies.register("nsga2", nsga2)
strategies.register("gp", gp)
