"""What a model sees of a network: subtrees of its graph, its cost and its paths.

A chain of operations without branches is one vertex, so that a vertex is what lies between two places where lines part or
meet, and a few steps see a whole cell. The label of an operation leaves its width out, and of groups says whether there are
some and whether each channel is one: depth and width are numbers of their own. Subtrees are those of Weisfeiler and Lehman
over the inputs of each vertex (Shervashidze et al. 2011, JMLR 12, section 3; for architectures Ru et al. 2021,
arXiv:2006.07556), of depth 0 to 3, counted.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution

from nas.genome import Genome
from nas.genome.identity import simplify
from nas.genome.op import Op, key

DEPTH = 3  # of the deepest subtrees

Subtrees = tuple[np.ndarray, np.ndarray]  # 64-bit names in ascending order, how often each occurs


@dataclass(frozen=True)
class Item:
    """One network, or one assignment of a space without networks: subtrees and numbers are empty then."""

    params: Mapping[str, Any]
    distributions: Mapping[str, BaseDistribution]
    subtrees: tuple[Subtrees, ...] = ()  # by depth
    numbers: tuple[float, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)  # zero-cost, where they were asked for
    genome: Genome | None = None  # of another run's; a space draws its own again


def described(genome: Genome, params: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]) -> Item:
    """The item of a genome and its choices."""
    return Item(params, distributions, subtrees(genome), numbers(genome))


def numbers(genome: Genome) -> tuple[float, ...]:
    """Costs and activations as logarithms, depth, width, and number, mean and deviation of the path lengths."""
    costs = [math.log1p(cost) for cost in (genome.params, genome.macs, genome.activations)]
    return (*costs, float(genome.depth), math.log(genome.width), *_paths(genome))


def _paths(genome: Genome) -> tuple[float, float, float]:
    """What `Genome.paths` says, without the number of paths of each length: a third of the time."""
    found: list[tuple[int, int, int]] = []  # of each node: the paths to it, the sum of their lengths, and of the squares
    for node, inputs in zip(genome.nodes, genome.wires, strict=True):
        if len(inputs) == 1:
            count, first, second = found[inputs[0]]
        else:
            parts = [found[place] for place in inputs] or [(1, 0, 0)]
            count, first, second = (sum(column) for column in zip(*parts, strict=True))
        if node.op.weighted:
            count, first, second = count, first + count, second + 2 * first + count
        found.append((count, first, second))
    count, first, second = found[genome.output_places()[0]]
    # Of very deep networks there are more paths than a float holds: divided as whole numbers.
    return math.log(count), first / count, math.sqrt((second * count - first * first) / (count * count))


def subtrees(genome: Genome) -> tuple[Subtrees, ...]:
    """The subtrees of each depth; the same in every process."""
    words, wires = contracted(genome)
    names = words
    found = [_counted(names)]
    for _ in range(DEPTH):
        names = [_name(own, *sorted([names[i] for i in inputs])) for own, inputs in zip(names, wires, strict=True)]
        found.append(_counted(names))
    return tuple(found)


def contracted(genome: Genome) -> tuple[list[bytes], list[tuple[int, ...]]]:
    """The chains between places where lines part or meet: the name of each, and which it takes."""
    plain = simplify(genome)
    wires = plain.wires
    users = [0] * len(wires)
    for inputs in wires:
        for place in inputs:
            users[place] += 1
    names: list[bytes] = []
    starts: list[tuple[int, ...]] = []  # what the chain that ends at a node takes
    inner = set()
    for place, inputs in zip(plain.kept, wires, strict=True):
        name = _label(genome.nodes[place].op)
        if len(inputs) == 1 and users[inputs[0]] == 1 and len(wires[inputs[0]]) < 2:
            inner.add(inputs[0])
            name, inputs = _name(names[inputs[0]], name), starts[inputs[0]]
        names.append(name)
        starts.append(inputs)
    ends = [place for place in range(len(wires)) if place not in inner]
    vertex = {place: number for number, place in enumerate(ends)}
    return [names[place] for place in ends], [tuple([vertex[i] for i in starts[place]]) for place in ends]


@lru_cache(maxsize=4096)
def _label(op: Op) -> bytes:
    groups = getattr(op, "groups", 1)
    kind = b"" if groups == 1 else b"depthwise" if groups == getattr(op, "out_channels", 0) else b"grouped"
    without = {name: 1 for name in ("out_channels", "groups") if hasattr(op, name)}
    return _name(key(dataclasses.replace(op, **without)), kind)  # pyright: ignore


def _name(*parts: bytes) -> bytes:
    return blake2b(b"\0".join(parts), digest_size=8).digest()


def _counted(names: list[bytes]) -> Subtrees:
    counts = Counter(names)
    found = np.array([int.from_bytes(name, "big") >> 1 for name in counts], dtype=np.int64)
    order = np.argsort(found)
    return found[order], np.array(list(counts.values()), dtype=float)[order]
