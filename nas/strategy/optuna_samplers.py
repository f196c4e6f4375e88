"""Strategies that Optuna brings: random, tpe, nsga2 and gp."""

from __future__ import annotations

import optuna
from optuna.samplers import BaseSampler

from nas.errors import InputError
from nas.strategy.view import View


def random(seed: int, view: View) -> BaseSampler:
    """Uniform and independent (Bergstra and Bengio 2012, JMLR 13)."""
    return optuna.samplers.RandomSampler(seed=seed)


def tpe(seed: int, view: View, *, startup: int = 8) -> BaseSampler:
    """Tree-structured Parzen estimator (Bergstra et al. 2011; Ozaki et al. 2022 for several objectives)."""
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=startup)


def nsga2(seed: int, view: View, *, population: int = 12) -> BaseSampler:
    """A genetic algorithm by non-dominated rank and crowding (Deb et al. 2002)."""
    if population < 2:
        raise InputError(f"population must be at least 2, got {population}")
    return optuna.samplers.NSGAIISampler(seed=seed, population_size=population)


def gp(seed: int, view: View, *, startup: int = 8) -> BaseSampler:
    """Bayesian optimisation with a Gaussian process (Optuna's GPSampler)."""
    import torch

    # The process is fitted on the CPU; with one thread its numbers do not depend on what else the driver runs.
    torch.set_num_threads(1)
    return optuna.samplers.GPSampler(seed=seed, n_startup_trials=startup, deterministic_objective=False)
