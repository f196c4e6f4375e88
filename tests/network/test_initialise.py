"""Initial weights against the variances of the papers, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from nas.genome import Genome, Node, Op, ops
from nas.network import build


def line(*layers: Op, shape: tuple[int, ...]) -> Genome:
    nodes = [Node("input", ops.Input(shape))]
    for number, op in enumerate([*layers, ops.Output()]):
        nodes.append(Node(f"node{number}", op, (nodes[-1].name,)))
    return Genome(nodes)


def first_weight(*layers: Op, shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    return build(line(*layers, shape=shape), seed=seed).get_parameter("node0.weight").detach()


def test_a_convolution_before_a_relu_has_variance_two_over_fan_out() -> None:
    weight = first_weight(ops.Conv2d(64), ops.BatchNorm2d(), ops.Activation("relu"), shape=(32, 4, 4))
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.02)


def test_a_depthwise_convolution_counts_the_fan_out_of_one_group() -> None:
    weight = first_weight(ops.Conv2d(2048, groups=2048), shape=(2048, 4, 4))
    assert weight.std().item() == pytest.approx(math.sqrt(2 / 9), rel=0.03)


def test_a_convolution_before_tanh_is_drawn_after_glorot() -> None:
    weight = first_weight(ops.Conv2d(64, bias=True), ops.Activation("tanh"), shape=(32, 4, 4))
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (96 * 9)), rel=0.02)


def test_the_last_linear_layer_is_uniform_within_one_over_the_root_of_fan_in() -> None:
    weight = first_weight(ops.Linear(100), shape=(64,))
    assert 0.124 < weight.abs().max().item() <= 1 / 8
    assert weight.std().item() == pytest.approx(1 / 8 / math.sqrt(3), rel=0.03)


def test_a_hidden_linear_layer_before_a_relu_has_variance_two_over_fan_in() -> None:
    weight = first_weight(ops.Linear(100), ops.Activation("relu"), ops.Linear(3), shape=(64,))
    assert weight.std().item() == pytest.approx(math.sqrt(2 / 64), rel=0.03)


def test_biases_start_at_zero_and_normalisation_at_one_and_zero() -> None:
    model = build(line(ops.Conv2d(4, bias=True), ops.BatchNorm2d(), ops.Flatten(), ops.Linear(2), shape=(1, 2, 2)))
    state = model.state_dict()
    assert all(state[key].count_nonzero() == 0 for key in ("node0.bias", "node1.bias", "node1.running_mean", "node3.bias"))
    assert (state["node1.weight"] == 1).all()
    assert (state["node1.running_var"] == 1).all()


def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_generator_alone() -> None:
    state = torch.random.get_rng_state()
    first, second, third = (first_weight(ops.Conv2d(4), shape=(3, 4, 4), seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_weights_of_a_layer_do_not_depend_on_the_layers_before_it() -> None:
    short = line(ops.Conv2d(3), shape=(3, 4, 4))
    nodes = [
        Node("input", ops.Input((3, 4, 4))),
        Node("new", ops.Conv2d(3), ("input",)),
        Node("node0", ops.Conv2d(3), ("new",)),
    ]
    longer = Genome([*nodes, Node("output", ops.Output(), ("node0",))])
    assert torch.equal(build(short).get_parameter("node0.weight"), build(longer).get_parameter("node0.weight"))


def test_a_transposed_convolution_of_other_channels_is_drawn_as_a_convolution() -> None:
    weight = first_weight(ops.ConvTranspose2d(64), ops.Activation("relu"), shape=(32, 4, 4))
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 16)), rel=0.02)
    weight = first_weight(ops.ConvTranspose2d(64, groups=2), ops.Activation("tanh"), shape=(32, 4, 4))
    assert weight.std().item() == pytest.approx(math.sqrt(2 / ((16 + 32) * 16)), rel=0.02)


def test_a_transposed_convolution_of_equal_channels_is_drawn_where_its_kernel_does_not_interpolate() -> None:
    assert first_weight(ops.ConvTranspose2d(16), shape=(16, 4, 4)).count_nonzero() == 16 * 16
    for op in (ops.ConvTranspose2d(16, kernel=3), ops.ConvTranspose2d(16, kernel=1, stride=1, padding=0)):
        assert first_weight(op, shape=(16, 4, 4)).count_nonzero() == 16 * 16 * math.prod(op.kernel)


def test_a_deformable_convolution_is_drawn_as_a_plain_one_and_its_offsets_are_zero() -> None:
    model = build(line(ops.DeformConv2d(64, bias=True), ops.Activation("relu"), shape=(32, 4, 4)))
    assert model.get_parameter("node0.weight").std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.02)
    rest = [weight for name, weight in model.named_parameters() if name != "node0.weight"]
    assert len(rest) == 3 and all(weight.count_nonzero() == 0 for weight in rest)


@pytest.mark.parametrize(
    "passed",
    [
        ops.ChannelAffine(), ops.LocalResponseNorm(), ops.Scale(0.1), ops.StochasticDepth(0.5), ops.FractalJoin((0,), 1),
        ops.ChannelShuffle(2), ops.ChannelSplit(2, 0), ops.ChannelSelect((1, 0)), ops.PadChannels(80), ops.Upsample(),
        ops.Crop(2),
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("function", ["sigmoid", "scaled_tanh"])
def test_a_squashing_activation_is_found_behind_what_passes_a_line_on(passed: Op, function: str) -> None:
    weight = first_weight(ops.Conv2d(64), passed, ops.Activation(function), shape=(32, 4, 4))
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (96 * 9)), rel=0.02)


def test_the_gate_of_a_highway_is_a_sigmoid_and_what_it_lets_through_is_not() -> None:
    nodes = [Node("input", ops.Input((64, 4, 4))), Node("h", ops.Conv2d(64), ("input",)), Node("t", ops.Conv2d(64), ("input",))]
    nodes += [Node("relu", ops.Activation("relu"), ("h",)), Node("gate", ops.HighwayGate(), ("relu", "t", "input"))]
    model = build(Genome([*nodes, Node("output", ops.Output(), ("gate",))]))
    assert model.get_parameter("t.weight").std().item() == pytest.approx(math.sqrt(2 / (128 * 9)), rel=0.02)
    assert model.get_parameter("h.weight").std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.02)
