"""A genome in the making: nodes that are replaced, inserted and rewired, and a valid genome at the end."""

from __future__ import annotations

from collections import Counter

from nas.errors import GenomeError
from nas.genome import Genome, Node, Op
from nas.genome.identity import reaching


class Draft:
    """A copy of a genome's nodes that may be changed; nothing is checked before `genome()`.

    New nodes stand behind the node `behind`, in the order in which they were added: all others keep their order, so a
    place among the nodes means about the same before and after an edit.
    """

    def __init__(self, genome: Genome, *, behind: str = "") -> None:
        self._given, self._behind = genome, behind
        self.nodes = {node.name: node for node in genome.nodes}
        self._added: list[str] = []

    def replace(self, name: str, op: Op) -> None:
        """Another operation at a node."""
        self.nodes[name] = self.nodes[name]._replace(op=op)

    def add(self, name: str, op: Op, *inputs: str) -> str:
        """A new node; a name that is taken gets a number behind it. Gives the name."""
        free, number = name, 2
        while free in self.nodes or any(known.startswith(free + "/") for known in self.nodes):
            free, number = f"{name}_{number}", number + 1
        self.nodes[free] = Node(free, op, inputs)
        self._added.append(free)
        return free

    def readers(self, name: str) -> list[str]:
        """The nodes that take a node's output."""
        return [node.name for node in self.nodes.values() if name in node.inputs]

    def redirect(self, old: str, new: str, *, readers: list[str]) -> None:
        """Let these nodes read `new` where they read `old`."""
        for name in readers:
            node = self.nodes[name]
            self.nodes[name] = node._replace(inputs=tuple(new if each == old else each for each in node.inputs))

    def take(self, name: str, place: int, source: str) -> None:
        """Let a node take `source` as its input of this place; the place behind the last is a further input."""
        inputs = list(self.nodes[name].inputs)
        inputs[place : place + 1] = [source]
        self.nodes[name] = self.nodes[name]._replace(inputs=tuple(inputs))

    def genome(self) -> Genome:
        """The genome, without nodes that reach no output any more.

        Raises `GenomeError` where it is not valid, or answers in another shape.
        """
        given = self._given
        alive: set[str] = set()
        stack = list(given.outputs)
        while stack:
            name = stack.pop()
            if name not in alive:
                alive.add(name)
                stack.extend(self.nodes[name].inputs)
        order: list[str] = []
        for node in given.nodes:
            order += [node.name, *self._added] if node.name == self._behind else [node.name]
        made = Genome([self.nodes[name] for name in order if name in alive], given.outputs)
        for name in given.outputs:
            if made.shapes[name] != given.shapes[name]:
                raise GenomeError(f"'{name}' would answer in {made.shapes[name]} in place of {given.shapes[name]}")
        return made


def only_reader(genome: Genome) -> dict[str, str]:
    """For each node that one node reads, once, that reader."""
    times = Counter(name for node in genome.nodes for name in node.inputs)
    return {name: node.name for node in genome.nodes for name in node.inputs if times[name] == 1}


def predicting(genome: Genome) -> list[Node]:
    """The nodes that the prediction is made from; those of auxiliary heads alone are left out."""
    return [genome.nodes[place] for place in reaching(genome.wires, genome.output_places()[:1])]
