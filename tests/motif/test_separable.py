"""Depthwise separable convolutions, and the block of two."""

from __future__ import annotations

import pytest

from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder, Line
from nas.motif.separable import depthwise_separable, separable


def start(channels: int = 5, side: int = 8) -> tuple[Builder, Line]:
    b = Builder()
    return b, b.add("input", ops.Input((channels, side, side)))


def block(width: int, *, channels: int = 5, side: int = 8, stride: int = 1, options: BlockOptions = BlockOptions()) -> Genome:
    b, line = start(channels, side)
    b.add("output", ops.Output(), separable(b, line, width, stride, options))
    return b.genome()


def test_a_separable_convolution_is_a_depthwise_and_a_pointwise_one_and_a_norm() -> None:
    b, line = start()
    line = depthwise_separable(b, "sep", line, 7, kernel=5, stride=2)
    assert line == ("sep/norm2", (7, 4, 4))
    assert [node.name for node in b.nodes[1:]] == ["sep/depthwise", "sep/pointwise", "sep/norm2"]
    assert b.nodes[1].op == ops.Conv2d(5, (5, 5), (2, 2), (2, 2), groups=5)
    assert b.nodes[2].op == ops.Conv2d(7, (1, 1), (1, 1), (0, 0))
    assert b.params == 5 * 25 + 5 * 7 + 2 * 7


def test_with_an_activation_between_its_norm_comes_too() -> None:
    b, line = start()
    depthwise_separable(b, "sep", line, 7, between="relu6")
    assert [node.name for node in b.nodes[1:]] == [
        "sep/depthwise", "sep/norm1", "sep/act1", "sep/pointwise", "sep/norm2",
    ]  # fmt: skip
    assert b.nodes[3].op == ops.Activation("relu6")
    assert b.params == 5 * 9 + 2 * 5 + 5 * 7 + 2 * 7


def test_its_macs_are_a_share_of_the_full_convolutions() -> None:
    # Howard et al. 2017, section 3.1: 1 / N + 1 / D_K^2 of the macs of a D_K x D_K convolution to N channels.
    b, line = start(channels=6)
    depthwise_separable(b, "sep", line, 12)
    full = ops.Conv2d(12).macs(((6, 8, 8),))
    assert b.macs * 12 * 9 == full * (9 + 12)


@pytest.mark.parametrize(("side", "stride", "left"), [(8, 1, 8), (9, 2, 5), (8, 2, 4), (2, 2, 1), (1, 1, 1)])
def test_the_block_puts_out_its_width_at_its_stride(side: int, stride: int, left: int) -> None:
    assert block(9, side=side, stride=stride).shapes["output"] == (9, left, left)


def test_the_block_ends_without_an_activation_and_has_four_norms() -> None:
    genome = block(8, options=BlockOptions(kernel=5, activation="silu"))
    # Norms of the channels that each convolution puts out: 5, 8, 8, 8.
    assert genome.params == (5 * 25 + 2 * 5) + (5 * 8 + 2 * 8) + (8 * 25 + 2 * 8) + (8 * 8 + 2 * 8)
    assert genome["output"].inputs == ("separable2/norm2",)
    assert [node.op for node in genome.nodes if isinstance(node.op, ops.Activation)] == [ops.Activation("silu")] * 3
    assert genome.depth == 4


def test_the_cost_of_the_block_grows_with_its_width() -> None:
    costs = [(genome.params, genome.macs) for genome in (block(width) for width in range(8, 40))]
    assert costs == sorted(set(costs))
