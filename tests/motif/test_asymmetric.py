"""The asymmetric block."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder, blocks
from nas.motif.asymmetric import factorised
from nas.motif.branches import operation


def alone(
    width: int,
    *,
    block: str = "asymmetric",
    channels: int = 16,
    stride: int = 1,
    side: int = 8,
    options: BlockOptions = BlockOptions(),
) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input((channels, side, side)))
    b.add("output", ops.Output(), blocks.get(block).body(b, line, width, stride, options))
    return b.genome()


@pytest.mark.parametrize("kernel", [3, 5, 7])
def test_it_has_two_nths_of_the_multiply_accumulates_of_two_square_convolutions(kernel: int) -> None:
    # arXiv:1512.00567, section 3.2: 33 % fewer for N = 3 at an equal number of channels.
    options = BlockOptions(kernel=kernel)
    assert kernel * alone(16, options=options).macs == 2 * alone(16, block="basic", options=options).macs


def test_the_layers_of_the_block() -> None:
    genome = alone(16, options=BlockOptions(kernel=7, activation="silu"))
    kernels = [node.op.kernel for node in genome.nodes if isinstance(node.op, ops.Conv2d)]
    assert kernels == [(1, 7), (7, 1), (1, 7), (7, 1)]
    assert sum(node.op == ops.Activation("silu") for node in genome.nodes) == 3
    assert genome["output"].inputs == ("conv4/norm",)


def test_each_half_strides_along_the_side_that_it_covers() -> None:
    genome = alone(8, stride=2)
    assert [genome.shapes[f"conv{i}/conv"] for i in (1, 2, 3, 4)] == [(8, 8, 4), (8, 4, 4), (8, 4, 4), (8, 4, 4)]


@pytest.mark.parametrize("tall_first", [False, True])
@pytest.mark.parametrize(("size", "side", "stride"), [(3, 8, 2), (3, 9, 2), (7, 17, 1), (5, 12, 2)])
def test_a_pair_computes_a_square_convolution_of_rank_one(size: int, side: int, stride: int, tall_first: bool) -> None:
    draw = torch.Generator().manual_seed(0)
    image, row, column = (torch.randn(shape, generator=draw) for shape in ((1, 1, side, side), (1, 1, 1, size), (1, 1, size, 1)))
    line = image
    for conv in factorised(size, 1, 1, stride=stride, tall_first=tall_first):
        op = operation(conv)
        line = F.conv2d(line, row if op.kernel[0] == 1 else column, stride=op.stride, padding=op.padding)
    square = F.conv2d(image, column * row, stride=stride, padding=size // 2)
    torch.testing.assert_close(line, square)


@pytest.mark.parametrize(("side", "stride"), [(1, 1), (2, 2), (7, 2)])
def test_small_images_and_odd_widths(side: int, stride: int) -> None:
    left = -(-side // stride)
    assert alone(9, channels=5, stride=stride, side=side).shapes["output"] == (9, left, left)
