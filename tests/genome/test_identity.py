"""Identity: equal for relabelled and reordered graphs, different for near misses, exact against networkx."""

from __future__ import annotations

import random
from collections.abc import Callable

import networkx
import pytest
import torch
from graphs import JOINS, MERGES, ONE_LINE, Graph, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, identity, ops, same_function
from nas.genome.op import infer
from nas.network import build

Grow = Callable[..., Genome]


def scrambled(nodes: Graph, dice: random.Random) -> Genome:
    """Other names, another order of the nodes, and another order of inputs that have none."""
    numbers = dice.sample(range(1000), len(nodes))
    names = {node.name: f"x{number}" for node, number in zip(nodes, numbers, strict=True)}
    other = []
    for node in dice.sample(nodes, len(nodes)):
        inputs = [names[name] for name in node.inputs]
        if node.op.commutative:
            dice.shuffle(inputs)
        other.append(Node(names[node.name], node.op, tuple(inputs)))
    return Genome(other)


def padded(nodes: Graph, dice: random.Random) -> Genome:
    """Something that does not matter put on some of the wires."""
    other: Graph = []
    for node in nodes:
        inputs = list(node.inputs)
        for place, name in enumerate(inputs):
            extra = f"{node.name}_{place}"
            kind = dice.randrange(6)
            if kind < 2:
                other.append(Node(extra, dice.choice([ops.Identity(), ops.Dropout(0.0), ops.StochasticDepth(1.0)]), (name,)))
            elif kind == 2:
                other.append(Node(extra, dice.choice([*MERGES, ops.FractalJoin((1,), 2)]), (name,)))
            elif kind == 3:
                dead = Node(f"{extra}_dead", ops.BatchNorm2d() if _is_image(nodes, name) else ops.Identity(), (name,))
                zero = Node(f"{extra}_zero", ops.Zero(), (dead.name,))
                other += [dead, zero, Node(extra, ops.Add(), tuple(dice.sample([name, zero.name], 2)))]
            inputs[place] = extra if kind < 4 else name
        other.append(node._replace(inputs=tuple(inputs)))
    return Genome(other)


def _is_image(nodes: Graph, name: str) -> bool:
    return len(Genome(nodes).shapes[name]) == 3


def isomorphic(first: Genome, second: Genome) -> bool:
    """Whether the canonical forms are one labelled graph, as networkx sees it."""
    return networkx.vf2pp_is_isomorphic(_labelled(first.canonical()), _labelled(second.canonical()), node_label="label")


def _labelled(genome: Genome) -> networkx.Graph:
    """An undirected graph in which each wire is a path of two nodes, the second with the place that it leads to."""
    directed = genome.to_networkx()
    for node in genome.nodes:
        if isinstance(node.op, ops.Zero):
            directed.remove_edge(node.inputs[0], node.name)
    directed.remove_nodes_from(set(directed) - networkx.ancestors(directed, genome.outputs[0]) - {genome.outputs[0]})
    level = {name: at for at, names in enumerate(networkx.topological_generations(directed)) for name in names}
    graph = networkx.Graph()
    for name, op in directed.nodes(data="op"):
        shape = genome.shapes[name] if isinstance(op, ops.Zero) else None
        graph.add_node(name, label=repr((op, shape, level[name])))  # the level makes the search fast
    for source, target, places in directed.edges(data="places"):
        for place in places:
            order = "any" if directed.nodes[target]["op"].commutative else place
            graph.add_node((target, place, 1), label="from")
            graph.add_node((target, place, 2), label=f"to {order}")
            networkx.add_path(graph, [source, (target, place, 1), (target, place, 2), target])
    return graph


@settings(max_examples=150)
@given(graphs(), st.randoms(use_true_random=False))
def test_names_and_orders_do_not_matter(nodes: Graph, dice: random.Random) -> None:
    genome, other = Genome(nodes), scrambled(nodes, dice)
    assert genome.fingerprint == other.fingerprint
    assert same_function(genome, other)


@settings(max_examples=150)
@given(graphs(), st.randoms(use_true_random=False))
def test_what_does_not_matter_may_stand_on_any_wire(nodes: Graph, dice: random.Random) -> None:
    genome, other = Genome(nodes), padded(nodes, dice)
    assert same_function(genome, other)
    assert genome.fingerprint == other.fingerprint
    assert isomorphic(genome, other)


@settings(max_examples=250)
@given(graphs(), st.data())
def test_a_moved_wire_or_another_argument_is_judged_as_networkx_judges_it(nodes: Graph, data: st.DataObject) -> None:
    genome = Genome(nodes)
    node = data.draw(st.sampled_from(nodes[1:-3]), label="changed")
    if data.draw(st.booleans(), label="rewire"):
        earlier = [n.name for n in nodes[: nodes.index(node)] if genome.shapes[n.name] == genome.shapes[node.inputs[0]]]
        moved = (data.draw(st.sampled_from(earlier)), *node.inputs[1:])
        changed = node._replace(inputs=moved)
    else:
        alike = [op for op in ONE_LINE + MERGES + JOINS if op.arity == node.op.arity and _fits(op, node, genome)]
        changed = node._replace(op=data.draw(st.sampled_from(alike or [node.op])))
    try:
        other = Genome([changed if n is node else n for n in nodes])
    except GenomeError:  # a dead end
        return
    assert same_function(genome, other) == isomorphic(genome, other)
    assert genome.fingerprint == other.fingerprint or not isomorphic(genome, other)


def _fits(op: Op, node: Node, genome: Genome) -> bool:
    try:
        return infer(op, tuple(genome.shapes[n] for n in node.inputs)).shape == genome.shapes[node.name]
    except GenomeError:
        return False


@settings(max_examples=100)
@given(graphs())
def test_the_canonical_form_is_its_own_and_keeps_the_fingerprint(nodes: Graph) -> None:
    genome = Genome(nodes)
    plain = genome.canonical()
    assert plain.canonical() == plain
    assert plain.fingerprint == genome.fingerprint
    # It was not checked when it was made: that it is a genome shows here.
    again = Genome(plain.nodes, plain.outputs)
    assert (again, again.shapes, again.params) == (plain, plain.shapes, plain.params)


@settings(max_examples=40)
@given(graphs(), st.randoms(use_true_random=False))
def test_with_the_weights_copied_the_canonical_form_computes_the_same(nodes: Graph, dice: random.Random) -> None:
    genome = padded(nodes, dice)
    network, plain = build(genome, seed=1).eval(), build(genome.canonical(), seed=2).eval()
    weights = network.state_dict()
    plain.load_state_dict({name: weights[name] for name in plain.state_dict()})
    x = torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(plain(x), network(x))


def conv(name: str, source: str = "input", **options: object) -> Node:
    return Node(name, ops.Conv2d(**{"out_channels": 4, **options}), (source,))  # type: ignore[arg-type]


def test_one_argument_makes_another_network(grow: Grow) -> None:
    base = grow(conv("a")).fingerprint
    others = [{"out_channels": 5}, {"stride": 2}, {"dilation": 2}, {"groups": 2}, {"bias": True}, {"padding": 0}]
    assert len({base, *(grow(conv("a", **other)).fingerprint for other in others)}) == len(others) + 1


def test_a_concatenation_has_an_order_and_a_sum_has_none(grow: Grow) -> None:
    lines = (conv("a"), conv("b", kernel=1, padding=0))
    for op, same in ((ops.Concat(), False), (ops.Add(), True), (ops.Mean(), True), (ops.Multiply(), True)):
        first = grow(*lines, Node("join", op, ("a", "b")))
        second = grow(*lines, Node("join", op, ("b", "a")))
        assert same_function(first, second) is same
        assert (first.fingerprint == second.fingerprint) is same


def test_one_convolution_taken_twice_is_not_two_convolutions(grow: Grow) -> None:
    once = grow(conv("a"), Node("sum", ops.Add(), ("a", "a")))
    twice = grow(conv("a"), conv("b"), Node("sum", ops.Add(), ("a", "b")))
    assert once.fingerprint != twice.fingerprint
    assert not same_function(once, twice)


def test_nested_sums_are_not_flattened(grow: Grow) -> None:
    lines = (conv("a"), conv("b", kernel=1, padding=0))
    flat = grow(*lines, Node("sum", ops.Add(), ("a", "b", "input")))
    nested = grow(*lines, Node("first", ops.Add(), ("a", "b")), Node("sum", ops.Add(), ("first", "input")))
    assert not same_function(flat, nested)


def test_the_order_of_outputs_matters(grow: Grow) -> None:
    aux = [Node("relu", ops.Activation("relu"), ("linear",)), Node("aux", ops.Output(), ("relu",))]
    first = Genome([*grow(conv("a")).nodes, *aux])
    second = Genome(first.nodes, ["aux", "output"])
    assert not same_function(first, second)
    assert first.fingerprint != second.fingerprint


def ring(grow: Grow, *sizes: int) -> Genome:
    """Six alike convolutions, and sums of neighbours along rings of these sizes: alike for every colouring."""
    nodes = [conv(f"c{i}") for i in range(6)]
    start, ends = 0, []
    for size in sizes:
        for i in range(size):
            ends.append(f"s{start + i}")
            nodes.append(Node(ends[-1], ops.Add(), (f"c{start + i}", f"c{start + (i + 1) % size}")))
        start += size
    return grow(*nodes, Node("all", ops.Add(), tuple(ends)))


def test_equal_fingerprints_of_different_networks_are_told_apart(grow: Grow) -> None:
    assert ring(grow, 6).fingerprint == ring(grow, 3, 3).fingerprint
    assert not same_function(ring(grow, 6), ring(grow, 3, 3))
    assert same_function(ring(grow, 6), ring(grow, 6))


def test_the_search_for_an_isomorphism_gives_up_at_its_bound(monkeypatch: pytest.MonkeyPatch, grow: Grow) -> None:
    monkeypatch.setattr(identity, "MAX_STEPS", 50)
    with pytest.raises(GenomeError, match=r"of 18 nodes are one network took more than 50 steps"):
        same_function(ring(grow, 6), ring(grow, 3, 3))
