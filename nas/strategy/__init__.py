"""Who decides what to try next: Optuna samplers, by name.

A strategy is a function of a seed and of what it may look at (`View`) that gives a sampler; its keyword-only arguments
are its options. A sampler is made anew for each proposal, with a seed derived from the run's seed and the trial's number,
so that a proposal depends on nothing but those and the results told so far.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from optuna.samplers import BaseSampler

from nas.errors import InputError, nearest
from nas.registry import Registry
from nas.strategy.evolution import evolution
from nas.strategy.grid import grid
from nas.strategy.local import local
from nas.strategy.optuna_samplers import gp, nsga2, random, tpe
from nas.strategy.surrogate import surrogate
from nas.strategy.view import Earlier, View

__all__ = ["Earlier", "Strategy", "View", "configured", "strategies"]

Strategy = Callable[[int, View], BaseSampler]

strategies: Registry[Strategy] = Registry("strategy")

strategies.register("random", random)
strategies.register("tpe", tpe)
strategies.register("nsga2", nsga2)
strategies.register("gp", gp)
strategies.register("evolution", evolution)
strategies.register("local", local)
strategies.register("surrogate", surrogate)
strategies.register("grid", grid)


def configured(name: str, options: Mapping[str, Any]) -> Strategy:
    """The strategy of a name with its options; `InputError` for one that it does not know, or a value of another kind."""
    strategy = strategies.get(name)
    known = {p.name: p.default for p in inspect.signature(strategy).parameters.values() if p.kind is p.KEYWORD_ONLY}
    for option, value in options.items():
        if option not in known:
            raise InputError(f"'{name}' has no option '{option}'{nearest(option, known) if known else '; it has none'}")
        kind = type(known[option])
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise InputError(f"'{option}' of '{name}' is such as {known[option]!r}, got {value!r}")
    return partial(strategy, **options) if options else strategy
