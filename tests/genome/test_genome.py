"""Construction: what cannot be a network is refused, and the text says where and what would do."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import networkx
import pytest

from nas.errors import GenomeError, InputError
from nas.genome import Genome, Node, ops
from nas.genome.op import make
from nas.network import build

Grow = Callable[..., Genome]
INPUT = Node("input", ops.Input((3, 8, 8)))
OUTPUT = Node("output", ops.Output(), ("conv",))
CONV = Node("conv", ops.Conv2d(4), ("input",))


def refused(*nodes: Node, outputs: list[str] | None = None) -> str:
    with pytest.raises(GenomeError) as caught:
        Genome(nodes, outputs)
    return str(caught.value)


def test_nodes_are_put_in_a_topological_order() -> None:
    genome = Genome([OUTPUT, CONV, INPUT])
    assert [node.name for node in genome.nodes] == ["input", "conv", "output"]
    assert genome.wires == [(), (0,), (1,)]


def test_cost_and_shapes_by_hand() -> None:
    genome = Genome([INPUT, CONV, OUTPUT])
    assert genome.shapes == {"input": (3, 8, 8), "conv": (4, 8, 8), "output": (4, 8, 8)}
    assert (genome.params, genome.macs, genome.depth) == (3 * 4 * 9, 3 * 4 * 9 * 64, 1)
    assert genome.activations == 3 * 64 + 4 * 64 + 4 * 64


def two_headed(first: str, second: str) -> Genome:
    """A stem that both heads use, a long head and a short one."""
    nodes = [INPUT, Node("stem", ops.Conv2d(4, bias=True), ("input",))]
    nodes += [Node("deep", ops.Conv2d(5), ("stem",)), Node("norm", ops.BatchNorm2d(), ("deep",))]
    nodes += [
        Node("flat", ops.Flatten(), ("norm",)),
        Node("linear", ops.Linear(10), ("flat",)),
        Node("long", ops.Output(), ("linear",)),
    ]
    nodes += [Node("pool", ops.GlobalAvgPool2d(), ("stem",)), Node("side/flat", ops.Flatten(), ("pool",))]
    nodes += [Node("side/linear", ops.Linear(10, bias=False), ("side/flat",)), Node("short", ops.Output(), ("side/linear",))]
    return Genome(nodes, [first, second])


# 3x3 kernels: 3 -> 4 channels with a bias, 4 -> 5; gain and bias of 5; 5 x 8 x 8 features -> 10 with a bias; 4 -> 10 without
STEM, LONG, SHORT = 3 * 4 * 9 + 4, 4 * 5 * 9 + 2 * 5 + 5 * 64 * 10 + 10, 4 * 10


def test_an_auxiliary_heads_weights_are_counted_apart() -> None:
    genome = two_headed("long", "short")
    assert (genome.params, genome.auxiliary_params) == (STEM + LONG, SHORT)
    assert genome.macs == (3 * 4 * 9 + 4 * 5 * 9) * 64 + 5 * 64 * 10
    assert genome.depth == 3


def test_the_first_output_says_which_head_is_auxiliary() -> None:
    genome = two_headed("short", "long")
    assert (genome.params, genome.auxiliary_params) == (STEM + SHORT, LONG)
    assert genome.macs == 3 * 4 * 9 * 64 + 4 * 10
    assert genome.depth == 2


@pytest.mark.parametrize("outputs", [("long", "short"), ("short", "long")])
def test_the_state_dict_holds_the_weights_of_all_heads(outputs: tuple[str, str]) -> None:
    genome = two_headed(*outputs)
    held = {name: value.numel() for name, value in build(genome).state_dict().items()}
    statistics = {f"norm.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")}
    assert sum(number for name, number in held.items() if name not in statistics) == genome.params + genome.auxiliary_params


def test_one_output_has_no_auxiliary_weights() -> None:
    assert Genome([INPUT, CONV, OUTPUT]).auxiliary_params == 0


def test_an_unknown_input_shows_the_nearest_name() -> None:
    text = refused(INPUT, Node("conv", ops.Conv2d(4), ("imput",)), OUTPUT)
    assert text == "node 'conv' takes 'imput', which is no node; did you mean 'input'?"


def test_a_cycle_is_refused_with_nodes_on_it() -> None:
    a, b = Node("a", ops.Add(), ("input", "b")), Node("b", ops.Activation(), ("a",))
    assert refused(INPUT, a, b) == "a genome has no cycle, and one runs through some of: a, b"


def test_a_dead_end_is_refused() -> None:
    text = refused(INPUT, CONV, Node("lost", ops.Conv2d(2), ("conv",)), OUTPUT)
    assert text == "node 'lost' is a dead end: join it to a node that reaches an output, or drop it"


def test_two_nodes_of_one_name_are_refused() -> None:
    assert refused(INPUT, CONV, CONV, OUTPUT) == "two nodes are called 'conv'; names must differ"


def test_too_many_inputs_are_refused() -> None:
    text = refused(INPUT, Node("conv", ops.Conv2d(4), ("input", "input")), OUTPUT)
    assert text == "node 'conv' (conv2d): takes 1 input(s), got 2"


def test_a_sum_of_nothing_is_refused() -> None:
    assert refused(INPUT, Node("conv", ops.Add()), OUTPUT) == "node 'conv' (add): takes at least 1 input(s), got 0"


def test_shapes_that_do_not_meet_are_refused() -> None:
    text = refused(INPUT, Node("wide", ops.Conv2d(5), ("input",)), Node("conv", ops.Add(), ("wide", "input")), OUTPUT)
    assert text.startswith("node 'conv' (add): takes inputs of one shape, got (5, 8, 8) and (3, 8, 8)")
    assert "1x1 convolution" in text


def test_an_image_that_shrinks_away_is_refused() -> None:
    text = refused(INPUT, Node("conv", ops.Conv2d(4, kernel=9, padding=0), ("input",)), OUTPUT)
    assert text.startswith("node 'conv' (conv2d): puts out (4, 0, 0) for (3, 8, 8): nothing is left of the image")


def test_nothing_follows_an_output() -> None:
    after = Node("after", ops.Activation(), ("output",))
    text = refused(INPUT, CONV, OUTPUT, after, Node("end", ops.Output(), ("after",)))
    assert text == "node 'output' is an output, and nothing may follow it"


@pytest.mark.parametrize("name", ["", "2a", "a//b", "a/", "a b", "ä", "a\n", "a.b", 3])
def test_a_name_is_a_path_of_identifiers(name: Any) -> None:
    text = refused(INPUT, Node(name, ops.Conv2d(4), ("input",)), Node("output", ops.Output(), (name,)))
    assert text == f"{name!r} is no name for a node: parts of letters, digits and _, joined by '/'"


def test_inputs_given_as_a_text_are_refused() -> None:
    text = refused(INPUT, Node("conv", ops.Conv2d(4), "input"), OUTPUT)  # type: ignore[arg-type]
    assert text == "node 'conv': inputs must be a tuple of names, got the text 'input'"


def test_one_input_and_one_output_there_must_be() -> None:
    assert refused() == "a genome has one input and at least one output, got 0 and 0"
    second = Node("second", ops.Input((3, 8, 8)))
    assert refused(INPUT, second, Node("conv", ops.Add(), ("input", "second")), OUTPUT).endswith("got 2 and 1")


def test_outputs_name_the_output_nodes() -> None:
    assert refused(INPUT, CONV, OUTPUT, outputs=["conv"]) == "outputs must name the output nodes ['output'], got ['conv']"


def test_an_unknown_node_shows_the_nearest() -> None:
    with pytest.raises(GenomeError, match="there is no node 'conf'; did you mean 'conv'"):
        Genome([INPUT, CONV, OUTPUT])["conf"]


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        ("conv2", {}, "'conv2' is not a known operation; did you mean 'conv2d'?"),
        ("conv2d", {"channels": 3}, "operation 'conv2d' has no argument 'channels'; it has: bias, dilation,"),
        ("conv2d", {}, "operation 'conv2d': .*missing 1 required positional argument: 'out_channels'"),
        ("conv2d", {"out_channels": True}, "out_channels must be a whole number of at least 1, got True"),
        ("conv2d", {"out_channels": -1}, "out_channels must be a whole number of at least 1, got -1"),
        ("conv2d", {"out_channels": 4.0}, "out_channels must be a whole number of at least 1, got 4.0"),
        ("conv2d", {"out_channels": 4, "kernel": [3, 3, 3]}, "kernel must be one whole number or two"),
        ("conv2d", {"out_channels": 4, "padding": -1}, "padding must be a whole number of at least 0, got -1"),
        ("conv2d", {"out_channels": 4, "stride": 0}, "stride must be a whole number of at least 1, got 0"),
        ("conv2d", {"out_channels": 4, "kernel": True}, "kernel must be a whole number of at least 1, got True"),
        ("conv2d", {"out_channels": 4, "bias": "no"}, "bias must be true or false, got 'no'"),
        ("conv2d", {"out_channels": 4, "groups": 3}, r"out_channels \(4\) must be a multiple of groups \(3\)"),
        ("linear", {"out_features": 0}, "out_features must be a whole number of at least 1, got 0"),
        ("batch_norm", {"eps": "small"}, "eps must be at least 0 and below 1, got 'small'"),
        ("batch_norm", {"affine": 1}, "affine must be true or false, got 1"),
        ("max_pool", {"kernel": 2, "padding": 2}, r"padding \(2, 2\) must be at most half of the kernel \(2, 2\)"),
        ("max_pool", {"ceil": None}, "ceil must be true or false, got None"),
        ("avg_pool", {"count_include_pad": 0}, "count_include_pad must be true or false, got 0"),
        ("dropout", {"rate": 1.0}, "rate must be at least 0 and below 1, got 1.0"),
        ("activation", {"function": "rely"}, "'rely' is not an activation; did you mean 'relu'?"),
        ("activation", {"function": {}}, "'{}' is not an activation"),
        ("input", {"shape": [3, 8]}, r"shape must be \(channels, height, width\) or \(features,\), got \(3, 8\)"),
        ("input", {"shape": [3, 8, "8"]}, "shape must be a whole number of at least 1, got '8'"),
    ],
)
def test_a_wrong_argument_is_refused(kind: str, values: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        make(kind, values)


def test_groups_that_do_not_divide_the_input_are_refused() -> None:
    text = refused(INPUT, Node("conv", ops.Conv2d(4, groups=2), ("input",)), OUTPUT)
    assert text == "node 'conv' (conv2d): its 3 input channels must be a multiple of groups (2)"


def entry(**changes: Any) -> dict[str, Any]:
    """A genome as data, its node `conv` changed."""
    data = Genome([INPUT, CONV, OUTPUT]).to_dict()
    data["nodes"][1] |= changes
    return data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "a genome opens with 'schema: nas.genome/1', got 'None'"),
        ([], "a genome opens with"),
        ({"schema": "nas.genome/2"}, "a genome opens with"),
        ({"schema": "nas.genome/1"}, "'nodes' must be a list of 1 to 20,000 nodes"),
        ({"schema": "nas.genome/1", "nodes": {}}, "'nodes' must be a list"),
        ({"schema": "nas.genome/1", "nodes": []}, "'nodes' must be a list"),
        ({"schema": "nas.genome/1", "nodes": ["conv"]}, "a node has a 'name' and an 'op', got 'conv'"),
        ({"schema": "nas.genome/1", "nodes": [{"name": 1, "op": "input"}]}, "a node has a 'name' and an 'op'"),
        (entry(op=3), "a node has a 'name' and an 'op'"),
        (entry(op="conv3d"), "node 'conv': 'conv3d' is not a known operation; did you mean 'conv2d'"),
        (entry(inputs="input"), "node 'conv': 'inputs' must be a list of node names, got 'input'"),
        (entry(inputs=[["input"]]), "node 'conv': 'inputs' must be a list of node names"),
        (entry(out_channels=None), "node 'conv': out_channels must be a whole number"),
        (entry(kernel={"h": 3}), "node 'conv': kernel must be one whole number or two"),
        (entry(kernel=[[3], 3]), "node 'conv': kernel must be a whole number"),
        (entry(code="__import__"), "node 'conv': operation 'conv2d' has no argument 'code'"),
        (entry() | {"outputs": "output"}, "'outputs' must be a list of node names"),
        (entry() | {"outputs": ["output", "output"]}, "outputs must name the output nodes"),
    ],
)
def test_data_that_is_no_genome_is_refused(data: Any, text: str) -> None:
    with pytest.raises(GenomeError) as caught:
        Genome.from_dict(data)
    assert text in str(caught.value)


def rich(grow: Grow) -> Genome:
    """Arguments of every sort, and an edge that is taken twice."""
    return grow(
        Node("stage1/conv", ops.Conv2d(6, kernel=(1, 3), padding=(0, 1), groups=2, bias=True), ("input",)),
        Node("stage1/norm", ops.BatchNorm2d(eps=1e-3, affine=False), ("stage1/conv",)),
        Node("twice", ops.Concat(), ("stage1/norm", "input", "stage1/norm")),
        Node("drop", ops.Dropout(0.25), ("twice",)),
        Node("act", ops.Activation("silu"), ("drop",)),
    )


def test_a_genome_comes_back_from_its_data_and_from_pickle(grow: Grow) -> None:
    genome = rich(grow)
    for again in (Genome.from_dict(genome.to_dict()), pickle.loads(pickle.dumps(genome))):
        assert again == genome
        assert hash(again) == hash(genome)
        assert again.fingerprint == genome.fingerprint


def test_a_genome_comes_back_from_networkx_with_an_edge_taken_twice(grow: Grow) -> None:
    graph = rich(grow).to_networkx()
    assert graph.edges["stage1/norm", "twice"]["places"] == [0, 2]
    assert Genome.from_networkx(graph) == rich(grow)


def test_a_graph_of_another_make_is_refused() -> None:
    graph = Genome([INPUT, CONV, OUTPUT]).to_networkx()
    graph.edges["input", "conv"]["places"] = [1]
    with pytest.raises(GenomeError, match=r"node 'conv': the 'places' of the edges to it must be 0, 1 and so on, got \[1\]"):
        Genome.from_networkx(graph)
    with pytest.raises(GenomeError, match="node 1 must be called by a text and have an operation"):
        Genome.from_networkx(networkx.path_graph([1, 2], create_using=networkx.DiGraph))


def test_a_genome_can_grow_long_without_recursion() -> None:
    chain = [INPUT, *(Node(f"n{i}", ops.Activation(), (f"n{i - 1}" if i else "input",)) for i in range(20_000))]
    genome = Genome([*chain, Node("output", ops.Output(), ("n19999",))])
    assert len(genome.canonical()) == 20_002
