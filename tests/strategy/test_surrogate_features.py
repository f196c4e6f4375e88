"""What the surrogate sees of a network: the same of isomorphic ones, in every process, and what it says by hand."""

from __future__ import annotations

import contextlib
import math
import os
import random
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

import nas
from nas import Genome, Node, ops
from nas.errors import OverBudget
from nas.genome.op import arguments
from nas.space.drawing import RandomTrial
from nas.strategy.surrogate.features import DEPTH, contracted, numbers, subtrees

SPACES = ("deeper-vs-wider", "googlenet-edits", "nasbench201")


def drawn(name: str, count: int, *overrides: str) -> list[Genome]:
    shape = (3, 32, 32) if name == "nasbench201" else (1, 8, 8)
    space = nas.load(name, overrides=overrides).bound(input_shape=shape, classes=10)
    genomes = []
    seed = 0
    while len(genomes) < count:
        with contextlib.suppress(OverBudget):
            genomes.append(space.draw(RandomTrial(seed)).genome)
        seed += 1
    return genomes


def shuffled(genome: Genome, seed: int) -> Genome:
    """The same network under other names, in another order, with the inputs of sums permuted."""
    draw = random.Random(seed)
    names = {node.name: f"n{draw.getrandbits(64)}" for node in genome.nodes}
    nodes = []
    for node in genome.nodes:
        inputs = [names[name] for name in node.inputs]
        if node.op.commutative:
            draw.shuffle(inputs)
        nodes.append(Node(names[node.name], node.op, tuple(inputs)))
    draw.shuffle(nodes)
    return Genome(nodes, [names[name] for name in genome.outputs])


def same(first, second) -> bool:
    return all(np.array_equal(a, b) for one, other in zip(first, second, strict=True) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", SPACES)
def test_isomorphic_networks_look_the_same(name):
    for seed, genome in enumerate(drawn(name, 12)):
        other = shuffled(genome, seed)
        assert other != genome
        assert same(subtrees(genome), subtrees(other))
        assert numbers(genome) == numbers(other)


def small(*, width: int = 8, left: int = 3, swap: bool = False) -> Genome:
    """input - conv - norm - relu, which parts into (conv, relu) and a pool, joined by a sum, and a head."""
    rows = [
        ("input", ops.Input((3, 8, 8)), ()),
        ("conv", ops.Conv2d(width), ("input",)),
        ("norm", ops.BatchNorm2d(), ("conv",)),
        ("act", ops.Activation("relu"), ("norm",)),
        ("left1", ops.Conv2d(width, kernel=left, padding=left // 2), ("act",)),
        ("left2", ops.Activation("relu"), ("left1",)),
        ("right", ops.MaxPool2d(3, 1, 1), ("act",)),
        ("sum", ops.Add(), ("right", "left2") if swap else ("left2", "right")),
        ("pool", ops.GlobalAvgPool2d(), ("sum",)),
        ("flat", ops.Flatten(), ("pool",)),
        ("head", ops.Linear(10), ("flat",)),
        ("output", ops.Output(), ("head",)),
    ]
    return Genome([Node(*row) for row in rows])


def test_a_chain_is_one_vertex_up_to_where_lines_part_or_meet():
    # input-conv-norm-act, left1-left2, right, sum, pool-flat-head-output: the sum meets, so what follows it is a chain.
    names, wires = contracted(small())
    assert wires == [(), (0,), (0,), (1, 2), (3,)]
    assert len(set(names)) == 5


def test_of_a_plain_chain_one_vertex_is_left():
    rows = [("x", ops.Input((3,)), ()), ("a", ops.Linear(5), ("x",)), ("b", ops.Linear(2), ("a",)), ("y", ops.Output(), ("b",))]
    names, wires = contracted(Genome([Node(*row) for row in rows]))
    assert (len(names), wires) == (1, [()])
    assert [counts.tolist() for _, counts in subtrees(Genome([Node(*row) for row in rows]))] == [[1.0]] * (DEPTH + 1)


def test_a_line_that_is_taken_twice_by_one_sum_is_no_chain():
    twice = [("x", ops.Input((3,)), ()), ("a", ops.Add(), ("x", "x")), ("y", ops.Output(), ("a",))]
    assert contracted(Genome([Node(*row) for row in twice]))[1] == [(), (0, 0), (1,)]


def test_subtrees_count_what_a_vertex_is_and_what_it_takes():
    plain, kernel = subtrees(small()), subtrees(small(left=1))
    shared = [len(np.intersect1d(one[0], other[0])) for one, other in zip(plain, kernel, strict=True)]
    # Of five vertices the left chain differs; at depth 1 what takes it, the sum, at depth 2 what takes that, the head.
    assert shared == [4, 3, 2, 2]


def test_the_order_of_a_sum_says_nothing():
    assert same(subtrees(small()), subtrees(small(swap=True)))


def test_width_changes_numbers_and_no_subtree():
    assert same(subtrees(small(width=8)), subtrees(small(width=24)))
    assert numbers(small(width=8)) != numbers(small(width=24))
    for block in ("basic", "inception", "separable"):
        here = [f"network.block={block}", "network.connect=residual", "network.depth=2", "budget={}"]
        narrow, wide = (drawn("deeper-vs-wider", 1, *here, f"network.width={width}")[0] for width in (12, 24))
        assert same(subtrees(narrow), subtrees(wide))
        assert narrow.params < wide.params


def test_numbers_by_hand():
    # conv 3*8*9, norm 16, conv 8*8*9, head 80 + 10; macs 64 positions of each convolution and 80 of the head.
    params, macs = 216 + 16 + 576 + 90, 64 * (216 + 576) + 80
    # 3 values of the image, 6 lines of 8 at 64 places and the sum, 8 twice behind them, 10 twice.
    activations = 3 * 64 + 7 * 8 * 64 + 2 * 8 + 2 * 10
    # Two paths, of 2 weighted layers (past the pool) and 3, none beside another at its depth.
    expected = (math.log1p(params), math.log1p(macs), math.log1p(activations), 3.0, math.log(8), math.log(2), 2.5, 0.5)
    assert numbers(small()) == pytest.approx(expected, rel=1e-12)


def test_very_many_paths_are_finite_numbers():
    deep = drawn("deeper-vs-wider", 1, "network.depth=400", "network.connect=dense", "network.block=basic",
                 "network.width=1", "budget={}", "network.branches=2")[0]  # fmt: skip
    assert deep.paths.number > 10**200
    assert all(map(math.isfinite, numbers(deep)))


def label(op: ops.Op) -> str:
    """What an operation is, without its width."""
    return str(
        {name: value for name, value in sorted(arguments(op).items()) if name not in ("out_channels", "groups")} | {0: op.kind}
    )


def trees(genome: Genome, depth: int) -> Counter[str]:
    """Another way to them: contract a networkx graph edge by edge, and write every subtree out as a text."""
    import networkx

    plain = genome.plain_form[0]
    graph = networkx.MultiDiGraph()
    for place, (kept, inputs) in enumerate(zip(plain.kept, plain.wires, strict=True)):
        graph.add_node(place, text=label(genome.nodes[kept].op), joins=len(inputs) > 1)
        graph.add_edges_from((source, place) for source in inputs)
    merged = True
    while merged:
        merged = False
        for source, target, _ in list(graph.edges):
            if graph.out_degree(source) == 1 and graph.in_degree(target) == 1 and not graph.nodes[source]["joins"]:
                graph.nodes[target]["text"] = f"{graph.nodes[source]['text']} {graph.nodes[target]['text']}"
                graph.nodes[target]["joins"] = False
                graph.add_edges_from([(before, target) for before, _, _ in list(graph.in_edges(source, keys=True))])
                graph.remove_node(source)
                merged = True
                break

    def text(place: int, deep: int) -> str:
        below = sorted(text(before, deep - 1) for before, _, _ in graph.in_edges(place, keys=True)) if deep else []
        return f"({graph.nodes[place]['text']}{''.join(below)})"

    return Counter(text(place, depth) for place in graph)


@pytest.mark.parametrize("name", SPACES)
def test_subtrees_are_those_that_are_written_out(name):
    """Names differ; how often each of them occurs in each of the networks must not."""
    genomes = drawn(name, 10)
    ours = [subtrees(genome) for genome in genomes]
    for depth in range(DEPTH + 1):
        mine = [dict(zip(*(part.tolist() for part in one[depth]), strict=True)) for one in ours]
        theirs = [trees(genome, depth) for genome in genomes]
        columns = [Counter(tuple(row.get(key, 0) for row in table) for key in set().union(*table)) for table in (mine, theirs)]
        assert columns[0] == columns[1]


def test_another_process_sees_the_same():
    code = """
import sys
sys.path.insert(0, {here!r})
from test_surrogate_features import drawn, subtrees, numbers
for genome in drawn("nasbench201", 2) + drawn("googlenet-edits", 1):
    print([(names.tolist(), counts.tolist()) for names, counts in subtrees(genome)], numbers(genome))
"""
    command = [sys.executable, "-c", code.format(here=os.path.dirname(__file__))]
    seen = {
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert len(seen.pop()) > 1000
