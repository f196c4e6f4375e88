"""Blocks: one class for all scopes that are alike but for numbers, which become arguments of its constructor.

Scopes are taken from the innermost outwards. What is alike is decided by what is written: layers and formulas, their
names, and who takes what from whom. Then every number is a column with a value for each scope: a column of one value is
written as it is, equal columns are one argument, and so are the lines that come in.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import networkx
from torch import nn

from nas.exports.source.parameters import Plan, plan
from nas.exports.source.scopes import Outline, Path, Scope, Step
from nas.exports.source.units import Callee, Made, Reference, Unit, chain, look, places, sources
from nas.exports.source.words import Formula, Join, Layer
from nas.genome import Shape
from nas.network.build import state_name

_TAKEN = frozenset(dir(nn.Module)) | {"training"}
_NOT_IN_DICTIONARY = frozenset(dir(nn.ModuleDict))


@dataclass(eq=False)
class Block:
    """A class of the file. Its units are those of the first scope; `reads` are their inputs, by place."""

    scopes: list[Path]
    units: list[Unit]
    reads: list[tuple[Reference, ...]]
    answers: list[Reference]
    lines: int  # that come in
    plan: Plan
    name: str = ""
    hints: list[str] = field(default_factory=list)  # what to call the answers
    early: int | None = None  # how many units there are in front of those that only auxiliary heads need

    @cached_property
    def awkward(self) -> set[str]:
        """The modules of opened scopes of which one has a name that an nn.ModuleDict cannot take."""
        return {
            unit.path[0]
            for unit in self.units
            if unit.module is not None and any(part in _NOT_IN_DICTIONARY or part.startswith("__") for part in unit.path[1:])
        }


def blocks(found: Outline) -> list[Block]:
    """All classes of the file, each behind those it uses; the last is the whole network."""
    return _Maker(found).run()


class _Maker:
    def __init__(self, found: Outline) -> None:
        self.found = found
        self.shapes: dict[str, Shape] = found.shapes
        self.position = {name: place for place, name in enumerate(found.shapes)}
        self.users: dict[str, list[str]] = {}
        for step in found.root.all_steps():
            for source in step.inputs:
                self.users.setdefault(source, []).append(step.name)
        self.predicting = _before(found.answers[0], found.root)
        self.callees: dict[Path, Callee] = {}
        self.made: list[Block] = []

    def run(self) -> list[Block]:
        heights: dict[int, list[Scope]] = {}
        _measure(self.found.root, heights)
        for height in sorted(heights):
            alike: dict[Hashable, list[tuple[Scope, list[Unit], tuple[str, ...]]]] = {}
            for scope in heights[height]:
                units, outputs = self.units(scope), self.outputs(scope)
                if scope is not self.found.root and (callee := chain(units, outputs)):
                    self.callees[scope.path] = callee
                else:
                    alike.setdefault(look(units, outputs), []).append((scope, units, outputs))
            for group in alike.values():
                self.block(group)
        return self.made

    def units(self, scope: Scope) -> list[Unit]:
        """What the scope computes, in an order in which it can be computed, first come first served."""
        found = [self._of_step(step, scope) for step in scope.steps]
        found += [self._of_scope(child, scope) for child in scope.scopes]
        source = {output: number for number, unit in enumerate(found) for output in unit.outputs}
        graph = networkx.DiGraph()
        graph.add_nodes_from(range(len(found)))
        graph.add_edges_from((source[name], n) for n, unit in enumerate(found) for name in unit.inputs if name in source)
        first = [self._first(unit, scope) for unit in found]
        order = networkx.lexicographical_topological_sort(graph, key=lambda number: first[number])
        return [found[number] for number in order]

    def _first(self, unit: Unit, scope: Scope) -> tuple[int, int]:
        """What only auxiliary heads need comes last."""
        late = scope is self.found.root and not self.predicting.intersection(unit.outputs)
        return (int(late), min(self.position[name] for name in unit.outputs))

    def _of_step(self, step: Step, scope: Scope) -> Unit:
        inner = step.path[len(scope.path) :]
        if isinstance(step.written, Layer):
            module = Made(step.written.function, step.written.arguments)
            return Unit(_attributes(inner), module, None, step.kind, step.inputs, (step.name,), self.position[step.name])
        formula = step.written
        assert isinstance(formula, Formula | Join)
        return Unit(inner, None, formula, step.kind, step.inputs, (step.name,), 0)

    def _of_scope(self, child: Scope, scope: Scope) -> Unit:
        callee = self.callees[child.path]
        order = min(self.position[step.name] for step in child.all_steps() if isinstance(step.written, Layer))
        path = _attributes(child.path[len(scope.path) :])
        return Unit(path, callee.module, None, "", callee.inputs, callee.outputs, order)

    def outputs(self, scope: Scope) -> tuple[str, ...]:
        """The values that are read outside, the network's answers in their order."""
        if scope is self.found.root:
            return self.found.answers
        inside = {step.name for step in scope.all_steps()}
        read = [
            name for name in inside if name in self.found.answers or any(user not in inside for user in self.users.get(name, ()))
        ]
        return tuple(sorted(read, key=self.position.__getitem__))

    def block(self, group: list[tuple[Scope, list[Unit], tuple[str, ...]]]) -> None:
        """The class of scopes that look alike."""
        scopes, bodies, outputs = zip(*group, strict=True)
        lines, reads = _lines(bodies)
        if scopes[0] is self.found.root and self.found.images in outputs[0] and not lines:
            lines = [(self.found.images,)]  # a network that answers with its images
        entering = [[self.shapes[line[n]] for line in lines] for n in range(len(group))]
        leaving = [[self.shapes[name] for name in names] for names in outputs]
        arguments = [[place for unit in body for place in places(unit)] for body in bodies]
        made = Block(
            scopes=[scope.path for scope in scopes],
            units=bodies[0],
            reads=reads,
            answers=_answers(bodies[0], outputs[0], [line[0] for line in lines]),
            lines=len(lines),
            plan=plan(arguments, entering, leaving, taken=_TAKEN, attributes=_attributes_of(bodies[0])),
        )
        if scopes[0] == self.found.root:
            late = [number for number, unit in enumerate(made.units) if not self.predicting.intersection(unit.outputs)]
            made.early = late[0] if late else None
        made.hints = [_hint(name, scopes[0]) for name in outputs[0]]
        self.made.append(made)
        for number, scope in enumerate(scopes):
            module = Made(made, made.plan.arguments(number))
            self.callees[scope.path] = Callee(module, tuple(line[number] for line in lines), outputs[number])


def _before(name: str, root: Scope) -> set[str]:
    """All values that the value of this name needs, and itself."""
    inputs = {step.name: step.inputs for step in root.all_steps()}
    found, waiting = {name}, [name]
    while waiting:
        for source in inputs.get(waiting.pop(), ()):
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def _measure(scope: Scope, heights: dict[int, list[Scope]]) -> int:
    height = 1 + max((_measure(child, heights) for child in scope.scopes), default=0)
    heights.setdefault(height, []).append(scope)
    return height


def _attributes(path: Path) -> Path:
    """The names of the modules: as in the state dict, which keeps clear of torch's own."""
    return tuple(state_name("/".join(path)).split("."))


def _attributes_of(units: list[Unit]) -> set[str]:
    return {unit.path[0] for unit in units if unit.module is not None}


def _hint(name: str, scope: Scope) -> str:
    return name.split("/")[len(scope.path)]


def _lines(bodies: Iterable[list[Unit]]) -> tuple[list[tuple[str, ...]], list[tuple[Reference, ...]]]:
    """The lines that come in, as columns with a value for each scope, and what each unit of the first reads."""
    reads_of = []
    for units in bodies:
        known = {name for unit in units for name in unit.outputs}
        reads_of.append([name for unit in units for name in unit.inputs if name not in known])
    columns = list(zip(*reads_of, strict=True))
    lines = list(dict.fromkeys(columns))
    units = next(iter(bodies))
    source = sources(units)
    left = iter(columns)
    reads = [tuple(source.get(name) or (-1, lines.index(next(left))) for name in unit.inputs) for unit in units]
    return lines, reads


def _answers(units: list[Unit], outputs: tuple[str, ...], lines: list[str]) -> list[Reference]:
    source = sources(units)
    return [source.get(name) or (-1, lines.index(name)) for name in outputs]
