"""VGG against tables 1 and 2 of its paper and the counts of torchvision."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.vgg import vgg


@pytest.mark.parametrize(
    ("config", "depth", "params", "macs"),
    [
        ("A", 11, 132_863_336, 7_609_090_048),
        ("A-LRN", 11, 132_863_336, 7_609_090_048),
        ("C", 16, 133_638_952, 11_770_888_192),
        ("D", 16, 138_357_544, 15_470_264_320),
        ("E", 19, 143_667_240, 19_632_062_464),
    ],
)
def test_the_configurations(config: str, depth: int, params: int, macs: int) -> None:
    # Simonyan and Zisserman 2014, arXiv:1409.1556, table 2: 133, 133, 134, 138 and 144 million.
    genome = vgg(config=config)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


def test_configuration_b_is_a_with_two_more_convolutions() -> None:
    # 64 to 64 and 128 to 128 channels; table 2: 133 million.
    genome = vgg(config="B")
    assert genome.params - 132_863_336 == (64 * 64 * 9 + 64) + (128 * 128 * 9 + 128)
    assert genome.depth == 13


def test_the_third_convolutions_of_configuration_c_are_1x1() -> None:
    # Table 1: 133.6 million; with 3x3 ones it would be D, of 8 * (256^2 + 2 * 512^2) more.
    assert vgg(config="D").params - vgg(config="C").params == 8 * (256**2 + 2 * 512**2)
    assert vgg(config="C")["stage3/conv3/conv"].op == ops.Conv2d(256, (1, 1), (1, 1), (0, 0), bias=True)


def test_the_convolutions_alone_have_the_macs_that_others_print() -> None:
    # He et al. 2016, arXiv:1512.03385: 15.3 G for 16 layers.
    genome = vgg()
    fully = sum(genome.facts(node.name).macs for node in genome.nodes if isinstance(node.op, ops.Linear))
    assert genome.macs - fully == 15_346_630_656


def test_batch_norm_adds_two_params_for_each_channel() -> None:
    genome = vgg(batch_norm=True)  # torchvision: vgg16_bn
    assert (genome.params, genome.macs) == (138_365_992, 15_470_264_320)
    assert genome["stage1/conv1/act"].inputs == ("stage1/conv1/norm",)


def test_each_stage_halves_the_resolution() -> None:
    shapes = vgg(config="E").shapes
    sizes = [shapes[f"stage{stage}/pool"] for stage in range(1, 6)]
    assert sizes == [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]


def test_local_response_normalisation_stands_behind_the_first_convolution() -> None:
    genome = vgg(config="A-LRN")
    assert genome["stage1/lrn"].inputs == ("stage1/conv1/act",)
    assert genome["stage1/pool"].inputs == ("stage1/lrn",)
    assert "stage1/lrn" not in vgg(config="A").shapes


def test_other_layers_and_images_build() -> None:
    genome = vgg(config="A", hidden=(512,), input_shape=(3, 32, 64), classes=10)
    assert genome.facts("head/fc1/linear").params == (512 * 1 * 2 + 1) * 512
    assert genome.depth == 10
    assert vgg(config="A", hidden=()).depth == 9


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match="config must be one of A, A-LRN, B, C, D, E, got 'A-LNR'; did you mean 'A-LRN'"):
        vgg(config="A-LNR")
    with pytest.raises(GenomeError, match=r"node 'stage5/pool' \(max_pool\)"):
        vgg(input_shape=(3, 31, 31))
