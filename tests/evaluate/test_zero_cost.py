"""Zero-cost scores against hand computations and against other ways to compute them, in plain torch."""

from __future__ import annotations

import copy
import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nas.evaluate.zero_cost import score
from nas.genome import Genome, Node, Op, ops
from nas.network import build

SEED = 3


def line(*layers: Op, shape: tuple[int, ...]) -> Genome:
    """input -> layers, one after the other -> output"""
    nodes = [Node("input", ops.Input(shape))]
    for number, op in enumerate([*layers, ops.Output()]):
        nodes.append(Node(f"node{number}", op, (nodes[-1].name,)))
    return Genome(nodes)


def normed(*, norms: bool = True, function: str = "relu") -> Genome:
    """Two convolutions, the second beside a shortcut, pooling, linear layer; on images of 2x6x6, of 3 classes."""
    norm = ops.BatchNorm2d() if norms else ops.Identity()
    nodes = [
        Node("input", ops.Input((2, 6, 6))),
        Node("conv1", ops.Conv2d(4), ("input",)),
        Node("norm1", norm, ("conv1",)),
        Node("act1", ops.Activation(function), ("norm1",)),
        Node("conv2", ops.Conv2d(4), ("act1",)),
        Node("norm2", norm, ("conv2",)),
        Node("add", ops.Add(), ("norm2", "act1")),
        Node("act2", ops.Activation(function), ("add",)),
        Node("pool", ops.GlobalAvgPool2d(), ("act2",)),
        Node("flat", ops.Flatten(), ("pool",)),
        Node("linear", ops.Linear(3), ("flat",)),
        Node("output", ops.Output(), ("linear",)),
    ]
    return Genome(nodes)


def batch(count: int = 5, shape: tuple[int, ...] = (2, 6, 6), classes: int = 3) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, *shape, generator=generator), torch.arange(count) % classes


def forward(w: dict[str, Tensor], x: Tensor, *, norms: bool = True) -> tuple[Tensor, list[Tensor]]:
    """`normed()` in plain torch, with the statistics of the batch; and the inputs of its two ReLUs."""

    def norm(y: Tensor) -> Tensor:
        return (
            (y - y.mean((0, 2, 3), keepdim=True)) / (y.var((0, 2, 3), correction=0, keepdim=True) + 1e-5).sqrt() if norms else y
        )

    first = norm(F.conv2d(x, w["conv1.weight"], padding=1))
    second = norm(F.conv2d(F.relu(first), w["conv2.weight"], padding=1)) + F.relu(first)
    return F.linear(F.relu(second).mean((2, 3)), w["linear.weight"], w["linear.bias"]), [first, second]


def state(genome: Genome) -> dict[str, Tensor]:
    """The weights that are scored, in float64."""
    return {name: weight.detach().double() for name, weight in build(genome, seed=SEED).named_parameters()}


def one(genome: Genome, name: str, x: Tensor, y: Tensor) -> float:
    return score(genome, [name], x, y, SEED)[name]


def slopes(genome: Genome, x: Tensor, y: Tensor, name: str) -> Tensor:
    """The gradient of the mean cross-entropy with respect to one weight tensor, by central differences."""
    w = state(genome)
    found = torch.zeros_like(w[name])
    for place in itertools.product(*map(range, found.shape)):
        losses = []
        for step in (1e-5, -1e-5):
            moved = copy.deepcopy(w)
            moved[name][place] += step
            answer = forward(moved, x.double())[0]
            losses.append(-(answer.log_softmax(1)[torch.arange(len(y)), y]).mean())
        found[place] = (losses[0] - losses[1]) / 2e-5
    return found


def test_synflow_of_a_chain_is_the_product_of_sums() -> None:
    genome = line(ops.Linear(1, bias=False), ops.Linear(1, bias=False), ops.Linear(2, bias=False), shape=(3,))
    x, y = batch(2, (3,), 2)
    product = math.prod(float(weight.abs().sum()) for weight in state(genome).values())
    assert math.expm1(one(genome, "synflow", x, y)) == pytest.approx(3 * product)  # once for each of three layers


@pytest.mark.parametrize("function", ["relu", "relu6", "gelu", "tanh", "softplus"])
def test_synflow_counts_the_paths_of_the_linear_network(function: str) -> None:
    genome = normed(function=function)
    x, y = batch()
    w = {name: weight.abs() for name, weight in state(genome).items()}
    leaves = [w[name].requires_grad_() for name in ("conv1.weight", "conv2.weight", "linear.weight")]
    first = F.conv2d(torch.ones(1, 2, 6, 6).double(), leaves[0], padding=1)
    total = F.linear((F.conv2d(first, leaves[1], padding=1) + first).mean((2, 3)), leaves[2]).sum()
    gradients = torch.autograd.grad(total, leaves)
    expected = sum((leaf * g).sum().item() for leaf, g in zip(leaves, gradients, strict=True))
    assert math.expm1(one(genome, "synflow", x, y)) == pytest.approx(expected, rel=1e-4)


def test_synflow_leaves_a_gate_as_it_is() -> None:
    genome = line(ops.Linear(1, bias=False), ops.Activation("sigmoid"), ops.Linear(1, bias=False), shape=(1,))
    first, second = (abs(weight.item()) for weight in state(genome).values())
    gate = 1 / (1 + math.exp(-first))
    expected = second * gate + first * second * gate * (1 - gate)
    assert math.expm1(one(genome, "synflow", *batch(2, (1,), 1))) == pytest.approx(expected)


def test_synflow_looks_at_no_image() -> None:
    x, y = batch()
    assert one(normed(), "synflow", x, y) == one(normed(), "synflow", 100 * x, y)


def test_naswot_of_two_images_by_hand() -> None:
    genome = line(ops.Activation("relu"), ops.Flatten(), ops.Linear(2), shape=(1, 1, 5))
    x = torch.tensor([[1.0, 1, 1, -1, -1], [1.0, -1, 1, -1, 1]]).view(2, 1, 1, 5)  # they differ in 2 units of 5
    assert one(genome, "naswot", x, torch.tensor([0, 1])) == pytest.approx(math.log(5 * 5 - 3 * 3))


def test_naswot_compares_codes_bit_by_bit() -> None:
    x, y = batch()
    codes = torch.cat([(value > 0).flatten(1) for value in forward(state(normed()), x.double())[1]], 1).tolist()
    kernel = [[sum(a == b for a, b in zip(first, second, strict=True)) for second in codes] for first in codes]
    sign, expected = np.linalg.slogdet(np.array(kernel, dtype=float))
    assert sign == 1
    assert one(normed(), "naswot", x, y) == pytest.approx(expected)


@pytest.mark.parametrize("function", ops.ACTIVATIONS)
def test_naswot_sees_every_activation(function: str) -> None:
    genome = line(ops.BatchNorm2d(), ops.Activation(function), ops.Flatten(), ops.Linear(2), shape=(1, 1, 4))
    x = torch.tensor([[3.0, 3, -3, -3], [3.0, -3, 3, -3]]).view(2, 1, 1, 4)
    assert one(genome, "naswot", x, torch.tensor([0, 1])) == pytest.approx(math.log(4 * 4 - 2 * 2))


def test_images_with_one_code_have_a_low_score_that_is_finite() -> None:
    x, y = batch()
    assert one(normed(), "naswot", x[:1].repeat(5, 1, 1, 1), y) < -30


def test_grad_norm_is_the_sum_of_the_layers_norms() -> None:
    x, y = batch()
    expected = sum(float(slopes(normed(), x, y, name).norm()) for name in ("conv1.weight", "conv2.weight", "linear.weight"))
    assert one(normed(), "grad_norm", x, y) == pytest.approx(expected, rel=1e-3)


def test_snip_is_the_sum_of_weights_times_slopes() -> None:
    x, y = batch()
    w, names = state(normed()), ("conv1.weight", "conv2.weight", "linear.weight")
    expected = sum(float((w[name] * slopes(normed(), x, y, name)).abs().sum()) for name in names)
    assert one(normed(), "snip", x, y) == pytest.approx(expected, rel=1e-3)


def test_jacob_cov_is_that_of_correlations_by_numpy() -> None:
    x, y = batch()
    w = state(normed())
    jacobian = torch.autograd.functional.jacobian(lambda images: forward(w, images)[0].sum(), x.double())
    assert isinstance(jacobian, Tensor)
    values = np.linalg.eigvals(np.corrcoef(jacobian.flatten(1).numpy())).real + 1e-5
    assert one(normed(), "jacob_cov", x, y) == pytest.approx(-np.sum(np.log(values) + 1 / values), rel=1e-3)


def test_jacob_cov_takes_correlations_and_not_cosines() -> None:
    genome = line(ops.Linear(16), ops.Activation("relu"), ops.Linear(2), shape=(6,))
    x, y = batch(3, (6,), 2)
    first, second = (weight for weight in state(genome).values() if weight.ndim > 1)
    jacobian = (second.sum(0) * (x.double() @ first.T > 0)) @ first  # biases are zero
    values = np.linalg.eigvalsh(np.corrcoef(jacobian.numpy())) + 1e-5
    assert one(genome, "jacob_cov", x, y) == pytest.approx(-np.sum(np.log(values) + 1 / values), rel=1e-3)


def test_images_with_the_same_jacobian_have_a_very_low_score() -> None:
    genome = line(ops.Flatten(), ops.Linear(3), shape=(2, 6, 6))  # linear: eigenvalues 5, 0, 0, 0, 0
    expected = -(math.log(5) + 1 / 5 + 4 * (math.log(1e-5) + 1e5))
    assert one(genome, "jacob_cov", *batch()) == pytest.approx(expected, rel=1e-4)


def gaussian(genome: Genome, x: Tensor) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Weights, images and their changes in the order that zen draws them."""
    from nas.seeds import derive

    generator = torch.Generator().manual_seed(derive(SEED, "zero-cost", "zen"))
    w = state(genome)
    drawn = {k: torch.randn(v.shape, generator=generator).double() if v.ndim > 1 else v for k, v in w.items()}
    first, second = (torch.randn(x.shape, generator=generator).double() for _ in range(2))
    return drawn, first, first + 0.01 * second


def test_zen_is_the_change_of_features_and_the_norms_deviations() -> None:
    x, y = batch()
    w, plain, changed = gaussian(normed(), x)
    moved = F.relu(forward(w, plain)[1][1]) - F.relu(forward(w, changed)[1][1])
    expected = math.log(float(moved.square().sum((1, 2, 3)).sqrt().mean()))
    convolved = F.conv2d(plain, w["conv1.weight"], padding=1)
    second = F.conv2d(F.relu(forward(w, plain)[1][0]), w["conv2.weight"], padding=1)
    for value in (convolved, second):
        expected += math.log(math.sqrt(float(value.var((0, 2, 3), correction=0).mean())))
    assert one(normed(), "zen", x, y) == pytest.approx(expected, abs=1e-3)


def test_zen_without_norms_is_the_change_alone() -> None:
    x, y = batch()
    genome = normed(norms=False)
    w, plain, changed = gaussian(genome, x)
    moved = F.relu(forward(w, plain, norms=False)[1][1]) - F.relu(forward(w, changed, norms=False)[1][1])
    assert one(genome, "zen", x, y) == pytest.approx(math.log(float(moved.flatten(1).norm(dim=1).mean())), abs=1e-3)


def test_zen_does_not_move_the_taps_of_a_deformable_convolution() -> None:
    plain, deformable = (line(op, ops.Flatten(), ops.Linear(2), shape=(2, 6, 6)) for op in (ops.Conv2d(4), ops.DeformConv2d(4)))
    x, y = batch(classes=2)
    assert one(deformable, "zen", x, y) == pytest.approx(one(plain, "zen", x, y), abs=1e-3)


def test_zen_of_values_beyond_float32_is_finite() -> None:
    layers = [ops.Conv2d(16), ops.Activation("relu")] * 60
    deep = line(*layers, ops.Flatten(), ops.Linear(2), shape=(2, 6, 6))
    assert one(deep, "zen", *batch(classes=2)) > math.log(torch.finfo(torch.float32).max)
