"""Stochastic depth: a branch that is there or not, as a whole."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nas.genome import Genome, Node, ops
from nas.network import build


def survives(survival: float) -> nn.Module:
    nodes = [Node("image", ops.Input((2, 3, 3))), Node("branch", ops.StochasticDepth(survival), ("image",))]
    return build(Genome([*nodes, Node("output", ops.Output(), ("branch",))]))


def images() -> torch.Tensor:
    return torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(0))


def test_in_training_all_images_are_kept_as_they_are_or_none_is() -> None:
    model, x, kept = survives(0.7), images(), 0
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        for _ in range(4000):
            answer = model(x)
            assert torch.equal(answer, x) or answer.count_nonzero() == 0
            kept += bool(answer.any())
    assert kept / 4000 == pytest.approx(0.7, abs=0.03)  # four standard deviations


def test_in_use_the_branch_is_multiplied_by_its_chance() -> None:
    x = images()
    torch.testing.assert_close(survives(0.7).eval()(x), 0.7 * x)


def test_a_branch_that_always_survives_is_its_input_and_draws_nothing() -> None:
    state, x = torch.random.get_rng_state(), images()
    assert torch.equal(survives(1.0)(x), x)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_dropped_branch_learns_nothing_and_a_kept_one_as_if_alone() -> None:
    nodes = [Node("image", ops.Input((2, 3, 3))), Node("conv", ops.Conv2d(2), ("image",))]
    nodes += [Node("branch", ops.StochasticDepth(0.5), ("conv",)), Node("sum", ops.Add(), ("branch", "image"))]
    model, x = build(Genome([*nodes, Node("output", ops.Output(), ("sum",))])), images()
    weight = model.get_parameter("conv.weight")
    (alone,) = torch.autograd.grad(nn.functional.conv2d(x, weight, padding=1).sum(), weight)
    seen = set()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        for _ in range(20):
            (grad,) = torch.autograd.grad(model(x).sum(), weight)
            seen.add("nothing" if not grad.any() else "all" if torch.allclose(grad, alone) else "part")
    assert seen == {"nothing", "all"}
