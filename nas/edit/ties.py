"""Which nodes must have equally many channels: what an edit of a width has to change together.

A convolution has as many channels as it says; most other operations hand their input's on; a sum ties its inputs. So
the nodes of a genome fall into sets of one width each. A set's width is said by its convolutions, or follows from a
concatenation (or a split, a flattening, a depthwise convolution with a multiplier) among its nodes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, ops

# Operations that say their width themselves, whatever comes in.
_SAID = (ops.Conv2d, ops.ConvTranspose2d, ops.DeformConv2d, ops.Linear, ops.PadChannels)
# Operations whose width follows from their inputs' by a rule of its own, or is fixed.
_OWN = (ops.Input, ops.Concat, ops.ChannelSelect, ops.ChannelSplit, ops.SpatialPyramidPool, ops.Rbf)
# Operations that pick channels by number, or compare them with codes, and so fix the width of what they take.
_PICKS = (ops.ChannelSelect, ops.Rbf)
_GROUPED = ops.Conv2d | ops.ConvTranspose2d | ops.ChannelShuffle
_FOLLOWS = (ops.Concat, ops.ChannelSplit, ops.SpatialPyramidPool, ops.Flatten)


class Ties:
    """The sets of nodes of one width in a genome; a set is called by one of its nodes.

    Raises `GenomeError` where a width depends on itself, through a split and a concatenation.
    """

    def __init__(self, genome: Genome) -> None:
        self.genome = genome
        # How many channels each depthwise convolution makes of one.
        self.multipliers = {
            node.name: node.op.out_channels // node.op.groups
            for node in genome.nodes
            if isinstance(node.op, ops.Conv2d) and node.op.groups == genome.shapes[node.inputs[0]][0] > 1
        }
        # The nodes with an argument for their width that is free.
        self.saying = {node.name for node in genome.nodes if isinstance(node.op, _SAID) and node.name not in self.multipliers}
        self._root = {node.name: node.name for node in genome.nodes}
        for node in genome.nodes:
            for name in node.inputs:
                if self._hands_on(node, name):
                    self._root[self.of(node.name)] = self.of(name)
        self.members: dict[str, list[Node]] = {}
        for node in genome.nodes:
            self.members.setdefault(self.of(node.name), []).append(node)
        fixed = [node.name for node in genome.nodes if isinstance(node.op, ops.Input | ops.Output)]
        fixed += [name for node in genome.nodes if isinstance(node.op, _PICKS) for name in (node.name, *node.inputs)]
        self.fixed = {self.of(name) for name in fixed}
        # Of each set the nodes whose width follows from other sets, by so many times as wide: (node, of, parts).
        self._follow: dict[str, list[tuple[Node, int, int]]] = {tied: [] for tied in self.members}
        for node in genome.nodes:
            times = self._follows(node)
            if times is not None:
                self._follow[self.of(node.name)].append((node, *times))
        self._order = self._ordered()
        for tied in reversed(self._order):  # what a fixed width follows from is fixed with it
            if tied in self.fixed:
                self.fixed.update(self.of(name) for node, _, _ in self._follow[tied] for name in node.inputs)
        self._multiples = self._least_multiples()

    def of(self, name: str) -> str:
        """The set that a node belongs to."""
        while self._root[name] != name:
            self._root[name] = name = self._root[self._root[name]]
        return name

    def sayers(self, tied: str) -> list[Node]:
        """The nodes of a set that say its width themselves."""
        return [node for node in self.members[tied] if node.name in self.saying]

    def is_free(self, tied: str) -> bool:
        """Whether a set may have any width: it is said in it, and follows from nothing else."""
        return tied not in self.fixed and not self.follows(tied) and bool(self.sayers(tied))

    def follows(self, tied: str) -> bool:
        """Whether a set's width follows from others."""
        return bool(self._follow[tied])

    def has_meetings(self) -> bool:
        """Whether some set's width follows from several nodes, so that not all widths go together."""
        return any(len(found) > 1 for found in self._follow.values())

    def widths(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """The width of every set when some have the wanted one; what a concatenation gives is added up anew.

        Raises `GenomeError` where a set would come to two widths, or to another than its fixed one.
        """
        found: dict[str, int] = {}
        for tied in self._order:
            follow = {
                sum([found[self.of(name)] for name in node.inputs]) * times // parts for node, times, parts in self._follow[tied]
            }
            width = wanted.get(tied, self.genome.shapes[tied][0])
            if tied in self.fixed:
                follow.add(width)
            if len(follow) > 1:
                raise GenomeError(f"lines that meet at '{tied}' would be {' and '.join(map(str, sorted(follow)))} wide")
            found[tied] = follow.pop() if follow else width
        return found

    def multiple(self, tied: str) -> int:
        """What the width of a set must be a multiple of, for the grouped operations in it and behind it."""
        return self._multiples[tied]

    def _hands_on(self, node: Node, name: str) -> bool:
        if node.name in self.multipliers:
            return self.multipliers[node.name] == 1
        shapes = self.genome.shapes
        return shapes[node.name][0] == shapes[name][0] and not isinstance(node.op, _SAID + _OWN)

    def _follows(self, node: Node) -> tuple[int, int] | None:
        """By what the inputs' width is multiplied and divided, where a node's follows from them; else None."""
        op, shape = node.op, self.genome.shapes[node.name]
        if isinstance(op, _FOLLOWS):
            if isinstance(op, ops.Concat):
                return 1, 1
            if isinstance(op, ops.ChannelSplit):
                return 1, op.parts
            times = shape[0] // self.genome.shapes[node.inputs[0]][0]
        else:
            times = self.multipliers.get(node.name, 1)
        return (times, 1) if times > 1 else None

    def _ordered(self) -> list[str]:
        """The sets, each behind those that its width follows from."""
        graph: dict[str, dict[str, None]] = {}
        for tied, found in self._follow.items():
            graph[tied] = dict.fromkeys(self.of(name) for node, _, _ in found for name in node.inputs)
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise GenomeError(f"the width of '{error.args[1][0]}' depends on itself") from None

    def _least_multiples(self) -> dict[str, int]:
        """A concatenation in front of a grouped operation asks the same of its parts, as far as they keep to it now."""
        found = dict.fromkeys(self.members, 1)
        for node in self.genome.nodes:
            groups = node.op.groups if isinstance(node.op, _GROUPED) else 1
            if groups > 1 and node.name not in self.multipliers:
                for tied in (self.of(node.name), *(self.of(name) for name in node.inputs)):
                    found[tied] = math.lcm(found[tied], groups)
        for tied in reversed(self._order):
            for node, _, parts in self._follow[tied]:
                for name in node.inputs:
                    asked = math.gcd(found[tied] * parts, self.genome.shapes[name][0])
                    found[self.of(name)] = math.lcm(found[self.of(name)], asked)
        return found


def rescaled(genome: Genome, ties: Ties, wanted: Mapping[str, int]) -> Genome:
    """The genome with other widths of some sets; all that follows from them is changed with them."""
    return Genome(rescaled_nodes(genome, ties, wanted), genome.outputs)


def rescaled_nodes(genome: Genome, ties: Ties, wanted: Mapping[str, int]) -> list[Node]:
    """The nodes of `rescaled`, not yet checked."""
    widths = ties.widths(wanted)
    nodes = []
    for node in genome.nodes:
        width = widths[ties.of(node.name)]
        if node.name in ties.multipliers:
            groups = widths[ties.of(node.inputs[0])]
            node = node._replace(op=_with_groups(node.op, groups, groups * ties.multipliers[node.name]))
        elif node.name in ties.saying and width != genome.shapes[node.name][0]:
            node = node._replace(op=_with_width(node.op, width))
        elif not node.inputs and isinstance(node.op, ops.Input):
            node = node._replace(op=ops.Input((width, *node.op.shape[1:])))
        nodes.append(node)
    return nodes


# Operations know what they cost on inputs that they had before, so the same ones are given again.


@lru_cache(maxsize=1 << 14)
def _with_width(op: Op, width: int) -> Op:
    if isinstance(op, ops.Linear):
        return replace(op, out_features=width)
    assert isinstance(op, ops.Conv2d | ops.ConvTranspose2d | ops.DeformConv2d | ops.PadChannels)
    return replace(op, out_channels=width)


@lru_cache(maxsize=1 << 12)
def _with_groups(op: Op, groups: int, channels: int) -> Op:
    assert isinstance(op, ops.Conv2d)
    return replace(op, groups=groups, out_channels=channels)
