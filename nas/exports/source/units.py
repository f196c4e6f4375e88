"""What a block is made of: modules that it calls and formulas, one for each line of its `forward`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from nas.exports.source.parameters import Place
from nas.exports.source.scopes import Path
from nas.exports.source.words import Argument, Formula, Join

if TYPE_CHECKING:
    from nas.exports.source.blocks import Block

Reference = tuple[int, int]
"""(unit, which of its outputs), or (-1, which of the lines that come in)."""

_NOT_IN_SEQUENTIAL = frozenset(("append", "extend", "insert", "pop"))


@dataclass(frozen=True)
class Made:
    """A module that a constructor makes: a layer of torch, or one of our blocks."""

    function: str | Block
    arguments: tuple[Argument, ...]


@dataclass(frozen=True)
class Chained:
    """Modules one behind another; `lines`: how many tensors they hand on."""

    items: tuple[tuple[str, Module], ...]
    lines: int


Module = Made | Chained


class Unit(NamedTuple):
    """A line of `forward`: a module that is called, or a formula."""

    path: Path  # of the module within the block; of a formula its name alone
    module: Module | None
    formula: Formula | Join | None
    kind: str  # of the operation; "" for a scope
    inputs: tuple[str, ...]  # values by the names of the nodes
    outputs: tuple[str, ...]
    order: int  # where the state dict has it: that of the first layer


class Callee(NamedTuple):
    """A scope as the block around it calls it."""

    module: Module
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def sources(units: list[Unit]) -> dict[str, Reference]:
    """Which unit puts out each value."""
    return {name: (number, place) for number, unit in enumerate(units) for place, name in enumerate(unit.outputs)}


def chain(units: list[Unit], outputs: tuple[str, ...]) -> Callee | None:
    """The units as modules one behind another, where they are no more than that."""
    if any(unit.module is None or len(unit.path) > 1 for unit in units):
        return None
    if any(name.startswith("__") or name in _NOT_IN_SEQUENTIAL for unit in units for name in unit.path):
        return None
    if len(units) > 1 and all(isinstance(unit.module, Made) and isinstance(unit.module.function, str) for unit in units):
        return None  # layers alone read better as a class, and most such scopes repeat
    for before, unit in pairwise(units):
        if before.outputs != unit.inputs:
            return None
    if units[-1].outputs != outputs or any(set(outputs) & set(unit.outputs) for unit in units[:-1]):
        return None
    lines = max(len(names) for unit in units for names in (unit.inputs, unit.outputs))
    items = tuple((unit.path[0], unit.module) for unit in units if unit.module is not None)
    return Callee(Chained(items, lines), units[0].inputs, outputs)


def look(units: list[Unit], outputs: tuple[str, ...]) -> Hashable:
    """Equal for scopes that one class can write."""
    source = sources(units)
    looks = []
    for unit in units:
        inputs = tuple(source.get(name) for name in unit.inputs)
        what = _look_of(unit.module) if unit.module is not None else (_formula_look(unit), len(unit.inputs))
        looks.append((unit.path if unit.module is not None else (), what, inputs))
    return tuple(looks), tuple(source.get(name) for name in outputs)


def _look_of(module: Module) -> Hashable:
    if isinstance(module, Chained):
        return module.lines, tuple((name, _look_of(item)) for name, item in module.items)
    return module.function, tuple(argument.look for argument in module.arguments)


def _formula_look(unit: Unit) -> Hashable:
    formula = unit.formula
    if isinstance(formula, Join):
        return formula
    assert formula is not None
    return formula.pattern, tuple(argument.look for argument in formula.arguments)


def places(unit: Unit) -> Iterator[Place]:
    """Every argument of a unit, and where it stands."""
    if unit.module is not None:
        yield from _places_of(unit.module, unit.path)
    elif isinstance(unit.formula, Formula):
        for argument in unit.formula.arguments:
            yield Place(unit.path, argument, called=False)


def _places_of(module: Module, path: Path) -> Iterator[Place]:
    if isinstance(module, Chained):
        for name, item in module.items:
            yield from _places_of(item, (*path, name))
    else:
        for argument in module.arguments:
            yield Place(path, argument, called=True)
