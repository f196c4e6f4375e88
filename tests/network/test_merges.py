"""The highway gate; sums, means, products and concatenations are in `test_build`."""

from __future__ import annotations

import torch

from nas.genome import Genome, Node, ops
from nas.network import build


def test_a_gate_mixes_what_is_transformed_with_what_is_carried() -> None:
    nodes = [Node("x", ops.Input((3,)))]
    nodes += [Node("h", ops.Scale(4.0), ("x",)), Node("t", ops.Scale(-1.0), ("x",))]
    nodes += [Node("gate", ops.HighwayGate(-1.0), ("h", "t", "x")), Node("output", ops.Output(), ("gate",))]
    x = torch.tensor([[-1.0, 1.0, 2.0]])
    # Srivastava et al. 2015, equation 3: H T + x (1 - T), T = sigmoid(-x - 1)
    gate = 1 / (1 + torch.exp(x + 1))
    torch.testing.assert_close(build(Genome(nodes))(x), 4 * x * gate + x * (1 - gate))


def test_a_fresh_gate_carries_most_of_its_input() -> None:
    nodes = [Node("x", ops.Input((2, 5, 5))), Node("zero", ops.Zero(), ("x",))]
    nodes += [Node("gate", ops.HighwayGate(), ("zero", "zero", "x")), Node("output", ops.Output(), ("gate",))]
    answer = build(Genome(nodes))(torch.ones(1, 2, 5, 5))
    torch.testing.assert_close(answer, torch.full_like(answer, 0.8807970))  # 1 - sigmoid(-2)
