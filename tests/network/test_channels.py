"""Channels by their numbers: shuffled, split, selected, padded."""

from __future__ import annotations

import pytest
import torch

from nas.genome import Genome, Node, Op, ops
from nas.network import build


def channels(op: Op, number: int) -> list[float]:
    """What becomes of channels 1, 2 and so on, each full of its number."""
    nodes = [Node("image", ops.Input((number, 2, 3))), Node("op", op, ("image",)), Node("output", ops.Output(), ("op",))]
    x = torch.arange(1.0, number + 1).view(1, number, 1, 1).expand(2, number, 2, 3)
    answer = build(Genome(nodes))(x)
    assert (answer == answer[:1, :, :1, :1]).all() and answer.shape[2:] == (2, 3)
    return answer[0, :, 0, 0].tolist()


@pytest.mark.parametrize(
    ("op", "number", "expected"),
    [
        # ShuffleNet, section 3.1: (g, n) transposed and flattened
        (ops.ChannelShuffle(2), 6, [1, 4, 2, 5, 3, 6]),
        (ops.ChannelShuffle(3), 6, [1, 3, 5, 2, 4, 6]),
        (ops.ChannelShuffle(1), 3, [1, 2, 3]),
        (ops.ChannelShuffle(3), 3, [1, 2, 3]),
        (ops.ChannelSplit(2, 0), 6, [1, 2, 3]),
        (ops.ChannelSplit(3, 2), 6, [5, 6]),
        (ops.ChannelSelect((2, 3, 4)), 6, [3, 4, 5]),
        (ops.ChannelSelect((5, 0, 0, 2)), 6, [6, 1, 1, 3]),
        (ops.PadChannels(5), 3, [1, 2, 3, 0, 0]),
        (ops.PadChannels(3), 3, [1, 2, 3]),
    ],
    ids=repr,
)
def test_channels_come_out_in_this_order(op: Op, number: int, expected: list[float]) -> None:
    assert channels(op, number) == expected


def test_the_parts_of_a_split_are_the_whole_line() -> None:
    nodes = [Node("image", ops.Input((6, 4, 4)))]
    nodes += [Node(f"part{i}", ops.ChannelSplit(3, i), ("image",)) for i in range(3)]
    nodes += [Node("join", ops.Concat(), ("part0", "part1", "part2")), Node("output", ops.Output(), ("join",))]
    x = torch.randn(2, 6, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(build(Genome(nodes))(x), x)


def test_an_activation_behind_a_part_leaves_the_line_as_it_was() -> None:
    nodes = [Node("image", ops.Input((2, 4, 4))), Node("norm", ops.BatchNorm2d(), ("image",))]
    nodes += [Node("part", ops.ChannelSplit(2, 0), ("norm",)), Node("relu", ops.Activation("relu"), ("part",))]
    nodes += [Node("join", ops.Concat(), ("norm", "relu")), Node("output", ops.Output(), ("join",))]
    x = torch.randn(2, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    answer = build(Genome(nodes))(x)
    assert (answer[:, 0] < 0).any() and torch.equal(answer[:, 2], answer[:, 0].relu())
