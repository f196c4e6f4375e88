"""Which block computes each node: the scopes of the names, made into parts that can be called one after another.

A name such as "stage1/block1/left/act" asks for a module stage1.block1.left. Not every scope can be a function of what
comes in: in merge-and-run the average of both lines stands between the beginning and the end of each. Where scopes wait
for one another, what can be computed outside is: nodes without weights behind the average move up to the block. A scope
whose weighted layers lie on both sides, as the columns of a fractal do, is opened: it only holds its layers, and the
block around it calls them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import networkx

from nas.errors import ExportError
from nas.exports.source import operations  # noqa: F401  (registers the shipped ones)
from nas.exports.source.words import Layer, Same, Written, writers
from nas.genome import Genome, Shape

Path = tuple[str, ...]


class Step(NamedTuple):
    """A node as it is written: its inputs are those that remain where nodes that do nothing are left out."""

    name: str
    written: Written
    inputs: tuple[str, ...]
    kind: str
    shape: Shape

    @property
    def path(self) -> Path:
        return tuple(self.name.split("/"))


@dataclass
class Scope:
    """A module: the steps that it computes itself, and the modules that it calls."""

    path: Path
    steps: list[Step] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)

    def all_steps(self) -> Iterable[Step]:
        """Its own and those of the scopes within."""
        yield from self.steps
        for scope in self.scopes:
            yield from scope.all_steps()

    def has_layers(self) -> bool:
        """Whether anything of it must be a module."""
        return _any_layer(self.all_steps())


class Outline(NamedTuple):
    """A genome made ready: the outermost scope, the answers (prediction first), and what each value's shape is."""

    root: Scope
    images: str
    answers: tuple[str, ...]
    shapes: dict[str, Shape]


def outline(genome: Genome) -> Outline:
    """The genome's nodes in the scopes that compute them.

    Raises ExportError for an operation that has no torch source; the text names the node.
    """
    steps, same, images = _steps(genome)
    root = _nested(steps)
    _untangle(root)
    _open_bare(root)
    return Outline(root, images, tuple(same[name] for name in genome.outputs), genome.shapes)


def _steps(genome: Genome) -> tuple[list[Step], dict[str, str], str]:
    """The nodes that compute something, in order, and of each node the one whose value it has."""
    steps: list[Step] = []
    same: dict[str, str] = {}
    images = ""
    for node in genome.nodes:
        same[node.name] = node.name
        if node.op.kind == "input":
            images = node.name
            continue
        if node.op.kind not in writers.names():
            raise ExportError(
                f"node '{node.name}': there is no torch source for the operation '{node.op.kind}'; "
                f"nas.exports.source.words.writers.register adds one, and other formats may not need it"
            )
        written = writers.get(node.op.kind)(node.op, tuple(genome.shapes[name] for name in node.inputs))
        inputs = tuple(same[name] for name in node.inputs)
        if isinstance(written, Same):
            same[node.name] = inputs[0]
        else:
            steps.append(Step(node.name, written, inputs, node.op.kind, genome.shapes[node.name]))
    return steps, same, images


def _nested(steps: Iterable[Step]) -> Scope:
    """The scopes as the names have them."""
    scopes: dict[Path, Scope] = {(): Scope(())}
    for step in steps:
        *parents, _ = step.path
        for end in range(1, len(parents) + 1):
            path = tuple(parents[:end])
            if path not in scopes:
                scopes[path] = Scope(path)
                scopes[path[:-1]].scopes.append(scopes[path])
        scopes[tuple(parents)].steps.append(step)
    return scopes[()]


def _untangle(scope: Scope) -> None:
    """Move steps out of the scopes within, or open those, until each can be called once; then the same within."""
    while True:
        graph, late = _waiting(scope)
        tangled = [child for child in scope.scopes if child.path in graph]
        if not tangled:
            break
        ready = [
            child for child in tangled if late[child.path] and not any(isinstance(s.written, Layer) for s in late[child.path])
        ]
        for child in ready:
            _move_out(child, {step.name for step in late[child.path]}, scope)
        for child in [] if ready else tangled:
            _open(child, scope)
    for child in scope.scopes:
        _join_outside(child, scope)
        _untangle(child)


def _join_outside(child: Scope, scope: Scope) -> None:
    """Move out what joins the end of a scope with a formula of the block around it: `F(x) + m` reads as the paper's."""
    formulas = {step.name for step in scope.steps if not isinstance(step.written, Layer)}
    steps = {step.name: step for step in child.all_steps()}
    behind: set[str] = set()
    for name, step in _in_order(steps):
        if any(source in formulas or source in behind for source in step.inputs):
            behind.add(name)
    if behind and not _any_layer(steps[name] for name in behind):
        _move_out(child, behind, scope)


def _waiting(scope: Scope) -> tuple[set[Path], dict[Path, list[Step]]]:
    """The scopes within that wait for one another, and of each the steps that wait for what stands outside."""
    unit: dict[str, Path | str] = {step.name: step.name for step in scope.steps}
    steps = {step.name: step for step in scope.all_steps()}
    for child in scope.scopes:
        unit.update({step.name: child.path for step in child.all_steps()})
    between = networkx.DiGraph()
    between.add_edges_from(
        (unit[source], unit[step.name])
        for step in steps.values()
        for source in step.inputs
        if source in unit and unit[source] != unit[step.name]
    )
    circles = [circle for circle in networkx.strongly_connected_components(between) if len(circle) > 1]
    tangled = {each for circle in circles for each in circle if isinstance(each, tuple)}
    late = {path: _late(steps, unit, path) for path in tangled}
    return tangled, late


def _late(steps: dict[str, Step], unit: dict[str, Path | str], path: Path) -> list[Step]:
    """The steps of one scope that depend on a step outside that depends on the scope."""
    state: dict[str, int] = {}  # 1: depends on the scope; 2: and on something outside behind that
    late = []
    for name, step in _in_order(steps):
        inside = unit[name] == path
        before = max((state.get(source, 0) for source in step.inputs), default=0)
        state[name] = before if not inside else max(before, 1)
        if not inside and before:
            state[name] = 2
        if inside and before == 2:
            late.append(step)
    return late


def _in_order(steps: dict[str, Step]) -> list[tuple[str, Step]]:
    graph = networkx.DiGraph()
    graph.add_nodes_from(steps)
    graph.add_edges_from((source, step.name) for step in steps.values() for source in step.inputs if source in steps)
    return [(name, steps[name]) for name in networkx.topological_sort(graph)]


def _any_layer(steps: Iterable[Step]) -> bool:
    return any(isinstance(step.written, Layer) for step in steps)


def _move_out(scope: Scope, names: set[str], to: Scope) -> None:
    to.steps += [step for step in scope.steps if step.name in names]
    scope.steps = [step for step in scope.steps if step.name not in names]
    for child in scope.scopes:
        _move_out(child, names, to)


def _open(scope: Scope, parent: Scope) -> None:
    """The block around it computes what the scope held."""
    parent.scopes.remove(scope)
    parent.scopes += scope.scopes
    parent.steps += scope.steps


def _open_bare(scope: Scope) -> None:
    """A scope without layers needs no module."""
    for child in list(scope.scopes):
        if child.has_layers():
            _open_bare(child)
        else:
            _flatten(child)
            _open(child, scope)


def _flatten(scope: Scope) -> None:
    scope.steps = list(scope.all_steps())
    scope.scopes = []
