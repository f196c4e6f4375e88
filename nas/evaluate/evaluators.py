"""The evaluators by name. An evaluator is `(genome, context) -> metrics`, and may be anybody's function."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from nas.evaluate.context import Context
from nas.evaluate.function import load_function
from nas.genome import Genome
from nas.registry import Registry

Evaluator = Callable[[Genome, Context], dict[str, float]]


@dataclass(frozen=True)
class Shipped:
    """An evaluator that is imported when it is first used, for those that load torch."""

    module: str
    function: str

    def __call__(self, genome: Genome, context: Context) -> dict[str, float]:
        return self.load()(genome, context)

    def load(self) -> Evaluator:
        return getattr(importlib.import_module(self.module), self.function)


evaluators: Registry[Evaluator] = Registry("evaluator")
evaluators.register("train", Shipped("nas.evaluate.train", "train"))


def find(name: str) -> Evaluator:
    """The evaluator of this name, loaded: a registered one, or "module:function"."""
    if ":" in name:
        return load_function(name)
    found = evaluators.get(name)
    return found.load() if isinstance(found, Shipped) else found
