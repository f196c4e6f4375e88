"""The identity of genomes: the same on every machine and in every version, whatever the names, and quick."""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import networkx
import pytest

from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, ops, same_function

GOLDEN = Path(__file__).parents[1] / "genome" / "golden.json"  # written once by `drawn`, never anew
COUNT = 1000
OPS: tuple[Callable[[], Op], ...] = (
    lambda: ops.Conv2d(4),
    lambda: ops.Conv2d(4, kernel=1, padding=0),
    lambda: ops.Conv2d(4, groups=4),
    lambda: ops.Activation("relu"),
    lambda: ops.Activation("tanh"),
    lambda: ops.BatchNorm2d(),
    lambda: ops.MaxPool2d(3, 1, 1),
    lambda: ops.AvgPool2d(3, 1, 1),
)


class Dice:
    """Random numbers of our own, alike in every version of Python (Knuth's MMIX generator)."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def __call__(self, below: int) -> int:
        self._state = (6364136223846793005 * self._state + 1442695040888963407) % 2**64
        return (self._state >> 33) % below


def drawn(seed: int, *, inner: int | None = None) -> Genome:
    """A random graph of convolutions and sums, `inner` of them."""
    dice = Dice(seed)
    nodes = [Node("input", ops.Input((4, 6, 6)))]
    for number in range(3 + dice(10) if inner is None else inner):
        sources = [nodes[dice(len(nodes))].name for _ in range(2 if dice(4) == 0 else 1)]
        nodes.append(Node(f"n{number}", ops.Add() if len(sources) == 2 else OPS[dice(len(OPS))](), tuple(sources)))
    used = {name for node in nodes for name in node.inputs}
    ends = tuple(node.name for node in nodes if node.name not in used)
    head = [
        Node("all", ops.Concat(), ends),
        Node("pool", ops.GlobalAvgPool2d(), ("all",)),
        Node("flat", ops.Flatten(), ("pool",)),
    ]
    return Genome([*nodes, *head, Node("classes", ops.Linear(3), ("flat",)), Node("output", ops.Output(), ("classes",))])


def relabelled(genome: Genome, numbers: random.Random) -> Genome:
    """The same network under other names, its nodes and the inputs of its sums in another order."""
    names = dict(
        zip((node.name for node in genome.nodes), numbers.sample([f"m{n}" for n in range(10**4)], len(genome)), strict=True)
    )
    nodes = []
    for node in genome.nodes:
        inputs = [names[name] for name in node.inputs]
        if node.op.commutative:
            numbers.shuffle(inputs)
        nodes.append(Node(names[node.name], node.op, tuple(inputs)))
    return Genome(numbers.sample(nodes, len(nodes)))


def near_miss(genome: Genome, numbers: random.Random) -> Genome:
    """Another network that differs in one operation."""
    inner = [node for node in genome.nodes if type(node.op) in {type(make()) for make in OPS}]
    changed = numbers.choice(inner)
    op = numbers.choice([op for make in OPS if (op := make()) != changed.op])
    return Genome([node._replace(op=op) if node is changed else node for node in genome.nodes])


def has_inner(genome: Genome) -> bool:
    return any(type(node.op) in {type(make()) for make in OPS} for node in genome.nodes)


def test_a_thousand_fingerprints_are_those_that_were_written_down(record):
    golden = json.loads(GOLDEN.read_text())
    assert len(golden) == COUNT
    changed = [seed for seed in range(COUNT) if drawn(seed).fingerprint != golden[seed]]
    assert changed == []
    record("P19", "another version or machine", times=COUNT, promised="the same fingerprints", found="0 changed")


@pytest.mark.parametrize("step", [20, pytest.param(1, marks=pytest.mark.long)])
def test_other_names_are_the_same_network_and_near_misses_are_others(record, step):
    numbers = random.Random(0)
    relabellings = misses = 0
    for seed in range(0, COUNT, step):
        genome = drawn(seed)
        for _ in range(10):
            other = relabelled(genome, numbers)
            assert other.fingerprint == genome.fingerprint
            assert same_function(genome, other)
            relabellings += 1
            if has_inner(genome):
                missed = relabelled(near_miss(genome, numbers), numbers)
                assert missed.fingerprint != genome.fingerprint
                misses += 1
    assert relabellings == 10 * COUNT // step
    found = f"0 of {relabellings:,} relabellings and of {misses:,} near misses are wrong"
    promised = "equal if and only if isomorphic"
    record("P19", "other names and orders, near misses", times=relabellings + misses, promised=promised, found=found)


def test_the_identity_of_64_nodes_takes_less_than_10_ms(record):
    seconds = []
    for seed in range(50):
        genome = drawn(seed, inner=58)
        assert len(genome) == 64
        started = time.process_time()
        assert genome.fingerprint
        seconds.append(time.process_time() - started)
    middle = statistics.median(seconds) * 1000
    assert middle < 10
    record("P19", "genomes of 64 nodes", times=50, promised="a fingerprint within 10 ms", found=f"{middle:.2f} ms in the middle")


def test_regular_graphs_do_not_hold_up_the_comparison(record):
    """In a process of its own with 512 MiB more than it has."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds = pool.map(compared, (20, 100, 400))
    assert max(seconds) < 2
    found = f"given up after {max(seconds):.1f} s at most, and taken for another network"
    promised = "bounded, within 2 s and 512 MiB"
    record("P15", "regular graphs against deduplication", times=len(seconds), promised=promised, found=found)


def compared(nodes: int) -> float:
    """Seconds of the processor until the comparison of two regular graphs was given up."""
    first, second = (regular(nodes, seed) for seed in (1, 2))
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (512 << 20), resource.RLIM_INFINITY))
    started = time.process_time()
    with pytest.raises(GenomeError, match="took more than 100,000 steps"):
        same_function(first, second)
    return time.process_time() - started


def regular(count: int, seed: int) -> Genome:
    """Convolutions of one input and sums of three of them each, by a random regular graph: colours tell none apart."""
    graph = networkx.random_regular_graph(3, count, seed=seed)
    nodes = [Node("input", ops.Input((4, 6, 6)))]
    nodes += [Node(f"conv{place}", ops.Conv2d(4), ("input",)) for place in range(count)]
    nodes += [Node(f"sum{place}", ops.Add(), tuple(f"conv{other}" for other in graph[place])) for place in range(count)]
    return Genome(
        [*nodes, Node("all", ops.Add(), tuple(f"sum{place}" for place in range(count))), Node("output", ops.Output(), ("all",))]
    )
