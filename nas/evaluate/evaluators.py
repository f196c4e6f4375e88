"""The evaluators by name. An evaluator is `(genome, context) -> metrics`, and may be anybody's function."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from nas.errors import InputError
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
evaluators.register("zero-cost", Shipped("nas.evaluate.zero_cost.evaluator", "zero_cost"))


def find(name: str) -> Evaluator:
    """The evaluator of this name, loaded: a registered one, "table:FILE", or "module:function"."""
    kind, colon, file = name.partition(":")
    if kind == "table":
        from nas.evaluate.table import load_table  # on demand: it loads NumPy

        if not file:
            raise InputError("evaluator 'table' takes a file of results: table:FILE, such as table:mine.csv")
        return load_table(file)
    if colon:
        return load_function(name)
    found = evaluators.get(name)
    return found.load() if isinstance(found, Shipped) else found
