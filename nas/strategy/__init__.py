"""Who decides what to try next: Optuna samplers, by name.

A strategy is a function of a seed that gives a sampler. One is made anew for each proposal, with a seed derived from
the run's seed and the trial's number, so that a proposal depends on nothing but those and the results told so far.
"""

from __future__ import annotations

from collections.abc import Callable

from optuna.samplers import BaseSampler

from nas.registry import Registry
from nas.strategy.evolution import evolution
from nas.strategy.local import local
from nas.strategy.optuna_samplers import gp, nsga2, random, tpe

Strategy = Callable[[int], BaseSampler]

strategies: Registry[Strategy] = Registry("strategy")

strategies.register("random", random)
strategies.register("tpe", tpe)
strategies.register("nsga2", nsga2)
strategies.register("gp", gp)
strategies.register("evolution", evolution)
strategies.register("local", local)
