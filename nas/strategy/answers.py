"""Draws from a space without a trial: some choices are given, the others are drawn so that the whole can be new."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from nas.strategy.tried import Tried


class Answers:
    """Has the `suggest_*` methods of a trial; `params` and `distributions` are what was asked for."""

    def __init__(self, given: Mapping[str, Any], tried: Tried, random: Random) -> None:
        self.params: dict[str, Any] = {}
        self.distributions: dict[str, BaseDistribution] = {}
        self._given, self._tried, self._random = given, tried, random

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        return self._answer(name, IntDistribution(low, high, log=log, step=step))

    def suggest_float(self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False) -> float:
        return self._answer(name, FloatDistribution(low, high, log=log, step=step))

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return self._answer(name, CategoricalDistribution(choices))

    def _answer(self, name: str, values: BaseDistribution) -> Any:
        if name not in self.params:
            fits = name in self._given and allows(values, self._given[name])
            self.params[name] = (
                self._given[name] if fits else self._tried.choose(self.params, name, values, self._given, self._random)
            )
            self.distributions[name] = values
        return self.params[name]


def allows(values: BaseDistribution, value: Any) -> bool:
    """Whether a choice may take this value."""
    try:
        return values._contains(values.to_internal_repr(value))
    except ValueError:  # one that a list does not hold
        return False
