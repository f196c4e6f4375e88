"""Layers against torch's modules, loops and hand computation."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nas.genome import Genome, Node, Op, ops
from nas.network import build


def network(op: Op, *shape: int, free: bool = False) -> nn.Module:
    """One operation, which may overwrite its input where that is `free`."""
    nodes = [Node("input", ops.Input(shape)), Node("same", ops.AvgPool2d(1, 1) if free else ops.Identity(), ("input",))]
    return build(Genome([*nodes, Node("op", op, ("same",)), Node("output", ops.Output(), ("op",))]))


def images(*shape: int) -> torch.Tensor:
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(0))


TWINS = {
    ops.Conv2d(8, kernel=(1, 3), stride=(2, 1), padding=(0, 2), dilation=(1, 2), groups=4, bias=True): nn.Conv2d(
        4, 8, (1, 3), stride=(2, 1), padding=(0, 2), dilation=(1, 2), groups=4
    ),
    ops.BatchNorm2d(eps=0.1, momentum=0.3): nn.BatchNorm2d(4, eps=0.1, momentum=0.3),
    ops.MaxPool2d(kernel=3, stride=2, padding=1): nn.MaxPool2d(3, 2, 1),
    ops.MaxPool2d(kernel=2, stride=2, ceil=True): nn.MaxPool2d(2, 2, ceil_mode=True),
    ops.AvgPool2d(kernel=3, stride=2, padding=1): nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    ops.AvgPool2d(kernel=3, stride=2, padding=1, count_include_pad=True, ceil=True): nn.AvgPool2d(3, 2, 1, ceil_mode=True),
    ops.GlobalAvgPool2d(): nn.AdaptiveAvgPool2d(1),
    ops.Flatten(): nn.Flatten(),
    ops.Activation("relu"): nn.ReLU(),
    ops.Activation("relu6"): nn.ReLU6(),
    ops.Activation("leaky_relu"): nn.LeakyReLU(),
    ops.Activation("elu"): nn.ELU(),
    ops.Activation("gelu"): nn.GELU(),
    ops.Activation("silu"): nn.SiLU(),
    ops.Activation("hardswish"): nn.Hardswish(),
    ops.Activation("sigmoid"): nn.Sigmoid(),
    ops.Activation("tanh"): nn.Tanh(),
    ops.Activation("softplus"): nn.Softplus(),
    ops.Activation("mish"): nn.Mish(),
}


@pytest.mark.parametrize("op", TWINS, ids=repr)
def test_an_op_computes_what_torchs_module_computes_in_training_and_after(op: Op) -> None:
    model, twin, x = network(op, 4, 9, 7, free=True), TWINS[op], 2 * images(2, 4, 9, 7)
    own = {key.removeprefix("op."): value for key, value in model.state_dict().items()}
    twin.load_state_dict(own)
    torch.testing.assert_close(model(x), twin(x))
    torch.testing.assert_close(model.eval()(x), twin.eval()(x))
    twin.train()


@pytest.mark.parametrize("size", [1, 3, 5, 9])
def test_local_response_normalisation_is_the_papers_sum(size: int) -> None:
    # Krizhevsky et al. 2012, section 3.3: from channel max(0, i - n/2) to min(N - 1, i + n/2).
    op, x = ops.LocalResponseNorm(size, alpha=0.3, beta=0.6, k=1.5), images(2, 6, 2, 3)
    expected = torch.empty_like(x)
    for i in range(6):
        near = x[:, max(0, i - size // 2) : min(5, i + size // 2) + 1]
        expected[:, i] = x[:, i] / (1.5 + 0.3 * near.square().sum(1)) ** 0.6
    torch.testing.assert_close(network(op, 6, 2, 3)(x), expected)


@pytest.mark.parametrize("size", [2, 4, 5])
def test_torchs_local_response_normalisation_divides_alpha_by_the_size(size: int) -> None:
    x = images(2, 6, 2, 3)
    expected = F.local_response_norm(x, size, alpha=0.1 * size, beta=0.75, k=2.0)
    torch.testing.assert_close(network(ops.LocalResponseNorm(size, alpha=0.1), 6, 2, 3)(x), expected)


def test_a_channels_gain_and_bias_start_at_one_and_zero_and_are_its_own() -> None:
    model, x = network(ops.ChannelAffine(), 2, 2, 2), images(1, 2, 2, 2)
    assert torch.equal(model(x), x)
    model.load_state_dict({"op.weight": torch.tensor([2.0, 3.0]), "op.bias": torch.tensor([0.5, -1.0])})
    torch.testing.assert_close(model(x), torch.stack([2 * x[:, 0] + 0.5, 3 * x[:, 1] - 1], 1))


def test_the_answer_of_a_code_is_minus_its_squared_distance() -> None:
    answers = network(ops.Rbf(("++-", "---")), 3)(torch.tensor([[1.0, 1.0, -1.0], [0.5, 0.0, 2.0]]))
    # (0 + 0 + 0, 4 + 4 + 0), (0.25 + 1 + 9, 2.25 + 1 + 9)
    torch.testing.assert_close(answers, torch.tensor([[0.0, -8.0], [-10.25, -12.25]]))


def test_the_codes_are_no_weights() -> None:
    assert not network(ops.Rbf(("++-", "---")), 3).state_dict()


def test_the_scaled_tanh_is_that_of_lecun() -> None:
    # LeCun et al. 1998, appendix A: f(1) = 1 and f(-1) = -1, and its largest slope, at 0, is 1.7159 * 2 / 3.
    model, x = network(ops.Activation("scaled_tanh"), 4), torch.tensor([[1.0, -1.0, 0.0, 50.0]], requires_grad=True)
    answers = model(x)
    torch.testing.assert_close(answers, torch.tensor([[1.0, -1.0, 0.0, 1.7159]]), atol=1e-4, rtol=0)
    (slopes,) = torch.autograd.grad(answers.sum(), x)
    assert slopes[0, 2].item() == pytest.approx(1.7159 * 2 / 3)
    assert answers[0, 0].item() == pytest.approx(1.7159 * math.tanh(2 / 3))


@pytest.mark.parametrize("layer", [ops.Linear(3), ops.Identity()], ids=repr)
def test_a_scale_multiplies_in_place_and_apart(layer: Op) -> None:
    nodes = [Node("input", ops.Input((3,))), Node("layer", layer, ("input",)), Node("scale", ops.Scale(-0.25), ("layer",))]
    model, x = build(Genome([*nodes, Node("output", ops.Output(), ("scale",))])), images(2, 3)
    expected = F.linear(x, *model.parameters()) if isinstance(layer, ops.Linear) else x.clone()
    torch.testing.assert_close(model(x), -0.25 * expected)
