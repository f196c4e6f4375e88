"""Residual networks for ImageNet against table 1 of the paper and the counts of known implementations."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.resnet import resnet


@pytest.mark.parametrize(
    ("depth", "params", "macs"),
    [
        (18, 11_689_512, 1_814_073_344),
        (34, 21_797_672, 3_663_761_408),
        (50, 25_557_032, 3_857_973_248),
        (101, 44_549_160, 7_570_194_432),
    ],
)
def test_the_papers_networks(depth: int, params: int, macs: int) -> None:
    # He et al. 2016, arXiv:1512.03385, table 1: 1.8, 3.6, 3.8 and 7.6 G.
    genome = resnet(depth=depth)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


def test_the_deepest_has_the_macs_that_the_paper_prints() -> None:
    assert round(resnet(depth=152).macs, -6) == 11_282_000_000  # 11.3 G in table 1


@pytest.mark.parametrize(("depth", "params", "macs"), [(50, 25_557_032, 4_089_184_256), (152, 60_192_808, 11_513_626_624)])
def test_the_stride_in_the_3x3_costs_macs_and_no_params(depth: int, params: int, macs: int) -> None:
    # fb.resnet.torch and torchvision; Xie et al. 2017, arXiv:1611.05431, table 1 prints 4.1 G for 50 layers.
    genome = resnet(depth=depth, strided="3x3")
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)
    assert genome["stage2/block1/conv1"].op == ops.Conv2d(128, 1, 1, 0)
    assert genome["stage2/block1/conv2"].op == ops.Conv2d(128, 3, 2, 1)


def test_the_paper_has_the_stride_in_the_first_1x1() -> None:
    genome = resnet()
    assert genome["stage2/block1/conv1"].op == ops.Conv2d(128, 1, 2, 0)
    assert genome["stage2/block1/conv2"].op == ops.Conv2d(128, 3, 1, 1)


def test_a_padded_shortcut_has_no_weights() -> None:
    genome = resnet(depth=18, shortcut="A")
    assert (genome.params, genome.macs) == (11_515_688, 1_794_805_760)
    # Projections of 34 layers are those of 18: 64*128 + 128*256 + 256*512 weights, and twice 128 + 256 + 512 of norms.
    assert resnet(depth=34).params - resnet(depth=34, shortcut="A").params == 172_032 + 1_792


def test_option_c_projects_in_every_block() -> None:
    genome = resnet(depth=18, shortcut="C")
    projections = [node.name for node in genome.nodes if node.name.endswith("/project")]
    assert len(projections) == 8
    # Besides B's: one in the second block of each stage, and one in the first of stage 1.
    assert genome.params - 11_689_512 == 2 * (64**2 + 2 * 64) + sum(c**2 + 2 * c for c in (128, 256, 512))


def test_the_stages_have_the_sizes_of_table_1() -> None:
    genome = resnet()
    assert genome.shapes["stem/act"] == (64, 112, 112)
    last = [genome.shapes[f"stage{stage}/block{count}/act"] for stage, count in enumerate((3, 4, 6, 3), start=1)]
    assert last == [(256, 56, 56), (512, 28, 28), (1024, 14, 14), (2048, 7, 7)]


def test_a_bottleneck_projects_in_the_first_stage_too() -> None:
    assert resnet(depth=50)["stage1/block1/project"].op == ops.Conv2d(256, 1, 1, 0)
    assert "stage1/block1/project" not in resnet(depth=34).shapes


def test_other_numbers_of_blocks_build() -> None:
    assert resnet(blocks=(2, 4, 22, 4)).depth == 3 * 32 + 2
    genome = resnet(blocks=(1, 2, 1), block="basic", width=10, input_shape=(1, 65, 43), classes=7)
    assert genome.depth == 2 * 4 + 2
    assert genome.shapes["stage3/block1/act"] == (40, 5, 3)


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"one of 18, 34, 50, 101, 152, got 60; the nearest is 50; .* give blocks"):
        resnet(depth=60)
    with pytest.raises(GenomeError, match=r"blocks must be a number for each stage, such as \(3, 4, 6, 3\), got \(\)"):
        resnet(blocks=())
    with pytest.raises(GenomeError, match="blocks must be a whole number of at least 1, got 0"):
        resnet(blocks=(3, 0, 6, 3))
    with pytest.raises(GenomeError, match="block must be one of basic, bottleneck, got 'botleneck'; did you mean 'bottleneck'"):
        resnet(blocks=(1, 1), block="botleneck")
    with pytest.raises(GenomeError, match="strided must be one of 1x1, 3x3, got '2x2'"):
        resnet(strided="2x2")
    with pytest.raises(GenomeError, match="shortcut must be one of A, B, C, got 'D'"):
        resnet(shortcut="D")


def test_an_image_that_is_too_small_is_refused() -> None:
    with pytest.raises(GenomeError, match="stage 4 would halve an image of 1x1"):
        resnet(input_shape=(3, 16, 16))
