"""The paths through a residual or merge-and-run network, by how many blocks they pass through: counted, and drawn.

Veit et al. 2016, arXiv:1605.06431, section 3, unravel a network of n residual units into 2^n paths: each unit is gone through or
passed by. Zhao et al. 2017, arXiv:1611.07718, section 3, do so for two lines that merge. A path is found from the prediction
to the input: at each sum it goes through one of the functions or along the line; at a mean, along one of the lines.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from nas.edit.blocks import Branch, passes_on, skips
from nas.errors import InputError
from nas.genome import Genome, Node, ops

Choices = Mapping[str, int]
"""For each join on a path the place of the input that the path comes from."""


@dataclass(frozen=True)
class Step:
    """One way to a node: from which node on, and through how many blocks (0 or 1)."""

    source: str
    blocks: int


@dataclass
class Routes:
    """The joins outside of functions, and the number of paths to each node, by blocks.

    Raises `InputError` for a network whose paths are not those of residual units: it names the node.
    """

    genome: Genome
    joins: dict[str, list[Step]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        branches = _branches(self.genome)
        ways: dict[str, list[Step]] = {}
        waiting = [self.genome.outputs[0]]
        while waiting:
            name = waiting.pop()
            if name not in ways:
                ways[name] = _ways(self.genome[name], branches)
                waiting += [step.source for step in ways[name]]
        for node in self.genome.nodes:  # in a topological order
            if node.name in ways:
                self._count(node.name, ways[node.name])
                if len(ways[node.name]) > 1:
                    self.joins[node.name] = ways[node.name]

    def _count(self, name: str, ways: list[Step]) -> None:
        found: dict[int, int] = {} if ways else {0: 1}
        for step in ways:
            for blocks, number in self.counts[step.source].items():
                found[blocks + step.blocks] = found.get(blocks + step.blocks, 0) + number
        self.counts[name] = found

    @property
    def numbers(self) -> dict[int, int]:
        """How many paths go through each number of blocks, exactly."""
        return dict(sorted(self.counts[self.genome.outputs[0]].items()))

    def draw(self, blocks: int, chance: random.Random) -> Choices:
        """A path through so many blocks, each as likely as any other."""
        name, left, choices = self.genome.outputs[0], blocks, {}
        while self.genome[name].inputs:
            if name not in self.joins:
                name = self.genome[name].inputs[0]
                continue
            paths = [self.counts[step.source].get(left - step.blocks, 0) for step in self.joins[name]]
            choices[name] = _place(chance.randrange(sum(paths)), paths)
            step = self.joins[name][choices[name]]
            name, left = step.source, left - step.blocks
        return choices


def _place(number: int, sizes: list[int]) -> int:
    """In which of the parts of these sizes, one behind another, the element of this number lies."""
    for place, size in enumerate(sizes):
        if number < size:
            return place
        number -= size
    raise IndexError(number)


def _branches(genome: Genome) -> dict[str, dict[str, Branch]]:
    """For each sum with a line the functions beside it, by their last nodes."""
    found = {}
    for skip in skips(genome):
        if not isinstance(genome[skip.join].op, ops.Add):
            raise InputError(f"'{skip.join}' is no sum of a line and a function but {genome[skip.join].op.kind}")
        if not passes_on(genome, skip):
            raise InputError(f"the line of '{skip.join}' is no identity or projection: it has layers itself")
        for branch in skip.branches:
            if len(branch.sources) != 1:
                raise InputError(f"the function in front of '{skip.join}' takes {len(branch.sources)} lines, not one")
        found[skip.join] = {branch.end: branch for branch in skip.branches}
    if not found:
        raise InputError("no block has a line that passes it by")
    return found


def _ways(node: Node, branches: dict[str, dict[str, Branch]]) -> list[Step]:
    if len(node.inputs) > 1 and not isinstance(node.op, ops.Add | ops.Mean):
        raise InputError(f"'{node.name}', outside of residual functions, is neither a sum nor a mean but {node.op.kind}")
    functions = branches.get(node.name, {})
    # Lines of merge-and-run end in the sum of their own sums; any other sum without a line is of functions alone.
    if len(node.inputs) > 1 and isinstance(node.op, ops.Add) and not functions and not branches.keys() >= set(node.inputs):
        raise InputError(f"'{node.name}' sums functions, and no line passes them by")
    return [Step(functions[name].sources[0], 1) if name in functions else Step(name, 0) for name in node.inputs]
