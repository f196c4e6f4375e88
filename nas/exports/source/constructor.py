"""`__init__` of a block: its modules in the order of the state dict, those that repeat in a loop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from nas.exports.source.blocks import Block
from nas.exports.source.layout import Call, Each, Expression, call, flat, lines, literal, several, value
from nas.exports.source.units import Chained, Made, Module, Unit
from nas.exports.source.words import Formula

_FEWEST = 3  # of which a loop is made
_MANY = 8  # of which a loop over any numbers is made


class Text(NamedTuple):
    """What stands at each argument of a block's units: of formulas by name, of modules in their order."""

    formulas: dict[int, dict[str, str]]
    modules: dict[int, list[str | None]]


def texts(block: Block) -> Text:
    """The plan of the block, unit by unit; an argument at torch's default is left out of a formula's."""
    left = iter(block.plan.texts)
    found = Text({}, {})
    for number, unit in enumerate(block.units):
        if unit.module is not None:
            found.modules[number] = [next(left) for _ in range(_count(unit.module))]
        elif isinstance(unit.formula, Formula):
            written = {}
            for argument in unit.formula.arguments:
                text = next(left)
                if text is not None or argument.default is None or argument.value != argument.default:
                    written[argument.name] = text or literal(argument.value)
            found.formulas[number] = written
    return found


def _count(module: Module) -> int:
    if isinstance(module, Chained):
        return sum(_count(item) for _, item in module.items)
    return len(module.arguments)


def constructor(block: Block, found: Text) -> list[str]:
    """The lines of `__init__` behind its first; none where there is nothing to make."""
    kept = [lines(each.name, 2, f"self.{each.name} = ")[0] for each in block.plan.parameters if each.kept]
    units = [(unit, found.modules[number]) for number, unit in enumerate(block.units) if unit.module is not None]
    units.sort(key=lambda each: each[0].order)
    body: list[str] = []
    for name, group in _by_holder(units).items():
        expression = _held(group, 0, awkward=name in block.awkward)
        if name.startswith("__"):  # Python would change it within a class
            body += lines(call("self.add_module", literal(name), expression), 2)
        else:
            body += lines(expression, 2, f"self.{name} = ")
    return kept + body


def signature(block: Block) -> list[str]:
    """def __init__(...) -> None:"""
    arguments = ["self", *(_parameter(each.name, each.annotation, each.default) for each in block.plan.parameters)]
    return lines(Call("def __init__", tuple(("", each) for each in arguments)), 1, behind=" -> None:")


def _parameter(name: str, annotation: str, default: object) -> str:
    return f"{name}: {annotation}" + ("" if default is None else f" = {literal(default)}")


Held = list[tuple[Unit, list[str | None]]]


def _by_holder(units: Held, depth: int = 0) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for unit, filled in units:
        found.setdefault(unit.path[depth], []).append((unit, filled))
    return found


def _held(group: Held, depth: int, *, awkward: bool) -> Expression:
    """One module; or, where a scope was opened, what holds its modules for the block around it."""
    unit, filled = group[0]
    if len(unit.path) == depth + 1:
        assert unit.module is not None
        return _module(unit.module, iter(filled))
    inner = {name: _held(each, depth + 1, awkward=awkward) for name, each in _by_holder(group, depth + 1).items()}
    if awkward:
        return call("holding", *(several((literal(name), each)) for name, each in inner.items()))
    return call("nn.ModuleDict", _dictionary(list(inner.items())))


def _module(module: Module, filled: Iterator[str | None]) -> Expression:
    if isinstance(module, Chained):
        items = [(name, _module(item, filled)) for name, item in module.items]
        return call("Lines" if module.lines > 1 else "nn.Sequential", _dictionary(items))
    return _made(module, filled)


def _made(module: Made, filled: Iterator[str | None]) -> Call:
    written = []
    for argument in module.arguments:
        text = next(filled)
        if text is None and argument.default is not None and argument.value == argument.default:
            continue
        written.append(("" if argument.positional else argument.name, text or value(argument.value)))
    return Call(module.function if isinstance(module.function, str) else module.function.name, tuple(written))


def _dictionary(items: list[tuple[str, Expression]]) -> Call:
    """The items by name: those called block1, block2 and so on by `numbered`."""
    stem = re.sub(r"[0-9]+$", "", items[0][0])
    counted = [name for name, _ in items] == [f"{stem}{number}" for number in range(1, len(items) + 1)]
    if not counted or len(items) < _FEWEST:
        return call("OrderedDict", **dict(items))
    return call("numbered", literal(stem), *_repeated([item for _, item in items]))


def _repeated(items: list[Expression]) -> Iterator[Expression]:
    """Runs of calls that differ in numbers alone, or not at all, as loops."""
    for _, group in groupby(_runs(items), key=lambda each: each[0]):
        run = [item for _, item in group]
        loop = _loop(run) if len(run) >= _FEWEST else None
        if loop is not None:
            yield loop
            continue
        for item, same in groupby(run):
            count = len(list(same))
            yield from [Each(item, "_", f"range({count})")] if count >= _FEWEST else [item] * count


def _runs(items: list[Expression]) -> Iterator[tuple[int, Expression]]:
    """Each item with the number of its run; items of a run can be written by one expression."""
    number, before = 0, None
    for item in items:
        if before is not None and not _alike(before, item):
            number += 1
        yield number, item
        before = item


def _alike(one: Expression, other: Expression) -> bool:
    if not (isinstance(one, Call) and isinstance(other, Call)) or one.function != other.function:
        return False
    if [name for name, _ in one.arguments] != [name for name, _ in other.arguments]:
        return False
    pairs = zip(one.arguments, other.arguments, strict=True)
    return all(a == b or (_number(a) is not None and _number(b) is not None) for (_, a), (_, b) in pairs)


def _number(expression: Expression) -> float | int | None:
    if isinstance(expression, str) and re.fullmatch(r"-?[0-9][0-9.e-]*", expression):
        return float(expression) if re.search(r"[.e]", expression) else int(expression)
    return None


def _loop(run: list[Expression]) -> Each | None:
    calls = [each for each in run if isinstance(each, Call)]
    columns = list(zip(*(each.arguments for each in calls), strict=True))
    varying = [number for number, column in enumerate(columns) if len({value for _, value in column}) > 1]
    if not varying:
        return Each(run[0], "_", f"range({len(run)})")
    names = [columns[number][0][0] or f"n{place}" for place, number in enumerate(varying, 1)]
    names = ["channels"] if names == ["n1"] else names
    if set(names) & {flat(value) for column in columns for _, value in column}:
        return None
    sequences = [_sequence([_number(given) for _, given in columns[number]]) for number in varying]
    uneven = any(isinstance(each, Call) and not each.function for each in sequences)
    if uneven and (len(run) < _MANY or any(one == other for one, other in pairwise(run))):
        return None  # a few, or equal ones among them, read better one by one
    arguments = list(calls[0].arguments)
    for number, name in zip(varying, names, strict=True):
        arguments[number] = (arguments[number][0], name)
    element = Call(calls[0].function, tuple(arguments))
    return Each(element, ", ".join(names), sequences[0] if len(names) == 1 else call("zip", *sequences))


def _sequence(numbers: list[float | int | None]) -> Expression:
    """range(24, 216, 12) where the numbers grow evenly, else all of them."""
    values = [number for number in numbers if number is not None]
    step = values[1] - values[0]
    if all(isinstance(each, int) for each in values):
        if step and all(b - a == step for a, b in pairwise(values)):
            return call("range", *map(str, (values[0], values[-1] + (1 if step > 0 else -1), *([step] if step != 1 else []))))
    elif all(abs(b - a - step) < 1e-9 for a, b in pairwise(values)):
        ends = ("", repr(values[0])), ("", repr(values[-1])), ("", str(len(values)))
        return Call("evenly", ends)
    return several(map(repr, values))
