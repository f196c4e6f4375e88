"""The shuffle block: grouped 1x1 convolutions, and the widths that they admit."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder
from nas.motif.shuffle import shuffle


def block(width: int, *, channels: int = 8, side: int = 8, stride: int = 1, options: BlockOptions = BlockOptions()) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input((channels, side, side)))
    b.add("output", ops.Output(), shuffle(b, line, width, stride, options))
    return b.genome()


def test_the_layers_stand_in_the_papers_order() -> None:
    # Figure 2b of Zhang et al. 2018: no activation behind the depthwise convolution, none in front of the join.
    genome = block(48, channels=48, options=BlockOptions(groups=3, kernel=5, activation="silu"))
    assert [node.op for node in genome.nodes[1:-1]] == [
        ops.Conv2d(12, (1, 1), (1, 1), (0, 0), groups=3),
        ops.BatchNorm2d(),
        ops.Activation("silu"),
        ops.ChannelShuffle(3),
        ops.Conv2d(12, (5, 5), (1, 1), (2, 2), groups=12),
        ops.BatchNorm2d(),
        ops.Conv2d(48, (1, 1), (1, 1), (0, 0), groups=3),
        ops.BatchNorm2d(),
    ]


def test_the_first_convolution_is_whole_where_the_channels_do_not_divide() -> None:
    assert block(16, channels=8)["reduce"].op == ops.Conv2d(4, (1, 1), (1, 1), (0, 0), groups=4)
    assert block(16, channels=9)["reduce"].op == ops.Conv2d(4, (1, 1), (1, 1), (0, 0), groups=1)


def test_the_inner_channels_are_a_multiple_of_the_groups_near_a_quarter() -> None:
    inner = [block(width).shapes["depthwise"][0] for width in (4, 16, 28, 32, 64, 76, 80)]
    assert inner == [4, 4, 4, 8, 16, 16, 20]


def test_one_group_is_not_shuffled() -> None:
    assert not any(isinstance(node.op, ops.ChannelShuffle) for node in block(7, options=BlockOptions(groups=1)).nodes)


@pytest.mark.parametrize(("side", "stride", "left"), [(8, 1, 8), (9, 2, 5), (8, 2, 4), (2, 2, 1), (1, 1, 1)])
def test_the_block_puts_out_its_width_at_its_stride(side: int, stride: int, left: int) -> None:
    assert block(12, side=side, stride=stride).shapes["output"] == (12, left, left)


def test_the_cost_of_the_block_grows_with_its_width() -> None:
    costs = [(genome.params, genome.macs) for genome in (block(width) for width in range(4, 200, 4))]
    assert costs == sorted(set(costs))


@pytest.mark.parametrize(("width", "near"), [(10, "8 and 12"), (3, "4")])
def test_a_width_that_the_groups_do_not_divide_is_refused(width: int, near: str) -> None:
    with pytest.raises(GenomeError, match=f"width must be a multiple of its 4 groups, got {width}; nearest: {near}$"):
        block(width)


def test_a_number_of_groups_below_one_is_refused() -> None:
    with pytest.raises(GenomeError, match="groups must be at least 1, got 0"):
        block(8, options=BlockOptions(groups=0))
