"""The Inception-ResNet block."""

from __future__ import annotations

import pytest

from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder, Stage, Staged, Stem, blocks, compose, connectivities, inception_resnet


def alone(width: int, *, channels: int, stride: int = 1, side: int = 8, options: BlockOptions = BlockOptions()) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input((channels, side, side)))
    b.add("output", ops.Output(), blocks.get("inception-resnet").body(b, line, width, stride, options))
    return b.genome()


def test_it_is_the_a_module_of_inception_resnet_v1() -> None:
    # Figure 10 at 256 channels: 3 * 256 * 32 + 3 * 9 * 32 * 32 weights, norms of 6 * 32 channels, 96 -> 256 with a bias.
    assert alone(256, channels=256).params == 24_576 + 27_648 + 2 * 192 + 24_832
    assert blocks.get("inception-resnet").body is inception_resnet.inception_resnet


def test_a_residual_join_adds_and_then_activates() -> None:
    stage = Stage(1, 16, blocks.get("inception-resnet"), connectivities.get("residual"))
    genome = compose(Staged(Stem(16), (stage,)), input_shape=(3, 8, 8), classes=10).genome()
    assert genome["stage1/block1/sum"].inputs == ("stage1/block1/up", "stem/act")
    assert genome["stage1/block1/act"].inputs == ("stage1/block1/sum",)
    assert genome["stage1/block1/up"].op == ops.Conv2d(16, (1, 1), padding=(0, 0), bias=True)


def test_options_reach_the_branches() -> None:
    genome = alone(16, channels=5, options=BlockOptions(kernel=5, activation="silu"))
    assert genome["double/conv3/conv"].op == ops.Conv2d(2, (5, 5), padding=(2, 2))
    assert {node.op for node in genome.nodes if node.op.kind == "activation"} == {ops.Activation("silu")}


def test_a_stride_stands_at_the_end_of_each_branch() -> None:
    genome = alone(16, channels=5, stride=2)
    assert genome.shapes["double/conv2/act"] == (2, 8, 8)
    assert {genome.shapes[name] for name in genome["concat"].inputs} == {(2, 4, 4)}


@pytest.mark.parametrize(("side", "stride"), [(1, 1), (2, 2), (7, 2)])
@pytest.mark.parametrize("width", [1, 8, 13])
def test_small_images_and_odd_widths(side: int, stride: int, width: int) -> None:
    left = -(-side // stride)
    assert alone(width, channels=5, stride=stride, side=side).shapes["output"] == (width, left, left)


def test_a_wider_block_never_costs_less() -> None:
    params = [alone(width, channels=9).params for width in range(8, 80)]
    assert params == sorted(set(params))
