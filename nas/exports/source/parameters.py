"""Which numbers of a block become arguments of its constructor, and what they are called.

Every number is a column: its value in each scope of the block. Columns of one value are written as that value. Equal
columns of one role are one argument, so channels that one layer puts out and the next takes are named once. A column that
follows from another one is written so: padding from the kernel, the inner channels of a bottleneck from the outer ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from nas.exports.source.names import free, identifier
from nas.exports.source.words import Argument, Value
from nas.genome import Shape

_DEFAULTS: dict[str, Value] = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1}
_TAKEN = ("self", "torch", "nn", "F", "numbered", "range", "zip")

Column = tuple[str, tuple[Value, ...]]
"""The role, and the value in each scope."""


class Place(NamedTuple):
    """An argument of a unit: the path of the unit within the block, and whether it is written where a module is made."""

    path: tuple[str, ...]
    argument: Argument
    called: bool


class Parameter(NamedTuple):
    """An argument of a block's constructor; `kept`: `forward` reads it too."""

    name: str
    column: Column
    default: Value | None
    kept: bool

    @property
    def annotation(self) -> str:
        kinds = {_annotation(value) for value in self.column[1]}
        return " | ".join(sorted(kinds, key=lambda kind: (len(kind), kind)))


@dataclass(frozen=True)
class Plan:
    """The parameters of a block, and for each place the text that stands there where it is not one value."""

    parameters: tuple[Parameter, ...]
    texts: tuple[str | None, ...]

    def arguments(self, number: int) -> tuple[Argument, ...]:
        """What the scope of this number passes to the constructor."""
        return tuple(
            Argument(each.name, each.column[1][number], each.column[0], each.default, positional=each.column[0] == "channels")
            for each in self.parameters
        )


def plan(
    scopes: list[list[Place]],
    entering: list[list[Shape]],
    leaving: list[list[Shape]],
    *,
    taken: Collection[str] = (),
    attributes: Collection[str] = (),
) -> Plan:
    """The parameters of blocks whose places are these; of each scope the shapes that come in and go out.

    taken: names that no parameter can have; attributes: names of modules, which one that `self` keeps cannot have.
    """
    places = scopes[0]
    columns: list[Column | None] = []
    for number, place in enumerate(places):
        values = tuple(found[number].argument.value for found in scopes)
        columns.append((place.argument.role, values) if len(set(values)) > 1 else None)
    distinct = dict.fromkeys(column for column in columns if column is not None)
    outer = {column: name for column, name in _outer(entering, leaving).items() if name not in (*taken, *attributes)}
    derived = _derived(distinct, outer)
    kept = {
        derived[column][0] if column in derived else column
        for column, place in zip(columns, places, strict=True)
        if column is not None and not place.called
    }
    wanted = [column for column in distinct if column not in derived]
    reserved = {column: {*_TAKEN, *taken, *(attributes if column in kept else ())} for column in wanted}
    names = _named(places, columns, outer, reserved)
    parameters = [Parameter(names[column], column, _default(column), column in kept) for column in wanted]
    parameters.sort(key=lambda each: (each.default is not None, _rank(each)))
    texts = [
        None if column is None else _text(column, names, derived, place) for column, place in zip(columns, places, strict=True)
    ]
    return Plan(tuple(parameters), tuple(texts))


def _outer(entering: list[list[Shape]], leaving: list[list[Shape]]) -> dict[Column, str]:
    """The names of the channels that come in and go out first."""
    ins = ("channels", tuple(shapes[0][0] if shapes else 0 for shapes in entering))
    outs = ("channels", tuple(shapes[0][0] if shapes else 0 for shapes in leaving))
    return {ins: "channels"} if ins == outs else {ins: "in_channels", outs: "out_channels"}


def _derived(columns: dict[Column, None], outer: dict[Column, str]) -> dict[Column, tuple[Column, str]]:
    """Of columns that follow from another one, that one and the pattern."""
    found: dict[Column, tuple[Column, str]] = {}
    bases = [column for column in columns if column in outer and column[0] == "channels"]
    kernels = [column for column in columns if column[0] == "kernel_size" and all(type(v) is int for v in column[1])]
    for column in columns:
        role, values = column
        if role == "padding":
            for base in kernels:
                if all(type(v) is int and v == k // 2 for v, k in zip(values, base[1], strict=True)):  # type: ignore[operator]
                    found[column] = (base, "{} // 2")
        if role == "channels" and column not in outer:
            for base in reversed(bases):
                pattern = _multiple(values, base[1])
                if pattern:
                    found[column] = (base, pattern)
    return found


def _multiple(values: tuple[Value, ...], base: tuple[Value, ...]) -> str:
    """How the values follow from the base by one whole factor; empty where they do not."""
    ratios = set()
    for value, other in zip(values, base, strict=True):
        assert isinstance(value, int) and isinstance(other, int)
        if other % value == 0:
            ratios.add((other // value, "//"))
        elif value % other == 0:
            ratios.add((value // other, "*"))
        else:
            return ""
    if len(ratios) > 1:
        return ""
    ((factor, sign),) = ratios
    return f"{{}} // {factor}" if sign == "//" else f"{factor} * {{}}"


def _named(
    places: list[Place], columns: list[Column | None], outer: dict[Column, str], reserved: dict[Column, set[str]]
) -> dict[Column, str]:
    """A name for each column, none of them among those that are reserved for it."""
    names = {column: name for column, name in outer.items() if column in reserved}
    others = [column for column in reserved if column not in names]
    first = {column: places[columns.index(column)] for column in others}
    per_unit = Counter(first[column].path[0] for column in others if column[0] == "channels")
    per_name = Counter(_plain(first[column]) for column in others if column[0] != "channels")
    for column in others:
        place, role = first[column], column[0]
        if role == "channels":
            short = per_unit[place.path[0]] == 1
            only = sum(per_unit.values()) == 1
            name = "inner_channels" if only else place.path[0] if short else "_".join(place.path)
        else:
            name = _plain(place)
            name = name if per_name[name] == 1 else f"{'_'.join(place.path)}_{name}"
        names[column] = free(identifier(name), {*reserved[column], *outer.values(), *names.values()})
    return names


def _plain(place: Place) -> str:
    """What an argument is called where no other one is: as torch calls it."""
    return place.argument.role if place.argument.role == "stride" else place.argument.name


def _default(column: Column) -> Value | None:
    default = _DEFAULTS.get(column[0])
    return default if default in column[1] else None


def _rank(parameter: Parameter) -> int:
    order = ("channels", "in_channels")
    if parameter.name in order:
        return 0
    return 1 if parameter.column[0] == "channels" else 2


def _text(column: Column, names: dict[Column, str], derived: dict[Column, tuple[Column, str]], place: Place) -> str:
    base, pattern = derived.get(column, (column, "{}"))
    return pattern.format(names[base] if place.called else f"self.{names[base]}")


def _annotation(value: Value) -> str:
    if isinstance(value, tuple):
        kinds = {type(each).__name__ for each in value}
        return f"tuple[{', '.join(type(each).__name__ for each in value)}]" if len(kinds) <= 2 else "tuple"
    return type(value).__name__
