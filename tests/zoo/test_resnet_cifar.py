"""Residual networks for small images against the paper and the networks matched to merge-and-run."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.resnet_cifar import resnet_cifar


@pytest.mark.parametrize(
    ("depth", "params", "macs"),
    [
        (20, 269_722, 40_551_040),
        (44, 658_586, 97_174_144),
        (56, 853_018, 125_485_696),
        (110, 1_727_962, 252_887_680),
        (1202, 19_421_274, 2_829_238_912),
    ],
)
def test_networks_with_padded_shortcuts(depth: int, params: int, macs: int) -> None:
    # He et al. 2016, arXiv:1512.03385, table 6: 0.27, 0.66, 0.85, 1.7 and 19.4 M.
    genome = resnet_cifar(depth=depth)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


@pytest.mark.parametrize(
    ("depth", "params", "macs"),
    [
        (20, 272_474, 40_813_184),
        (26, 369_690, 54_968_960),
        (32, 466_906, 69_124_736),
        (38, 564_122, 83_280_512),
        (50, 758_554, 111_592_064),
        (56, 855_770, 125_747_840),
        (74, 1_147_418, 168_215_168),
        (98, 1_536_282, 224_838_272),
        (110, 1_730_714, 253_149_824),
        (194, 3_091_738, 451_330_688),
    ],
)
def test_networks_with_projections(depth: int, params: int, macs: int) -> None:
    # 26 to 194 layers are what merge-and-run networks are compared with (Zhao et al. 2017, arXiv:1611.07718, table 2).
    genome = resnet_cifar(depth=depth, shortcut="B")
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


@pytest.mark.parametrize(("depth", "params"), [(26, 375_540), (62, 958_836), (110, 1_736_564)])
def test_a_hundred_classes_cost_90_rows_of_the_linear_layer_more(depth: int, params: int) -> None:
    assert resnet_cifar(depth=depth, shortcut="B", classes=100).params == params
    assert resnet_cifar(depth=110, classes=100).params == 1_733_812
    assert resnet_cifar(depth=110, classes=100).macs == 252_893_440


def test_the_stages_have_16_32_and_64_channels_at_halved_resolutions() -> None:
    genome = resnet_cifar(depth=20)
    shapes = [genome.shapes[f"stage{stage}/block3/act"] for stage in (1, 2, 3)]
    assert shapes == [(16, 32, 32), (32, 16, 16), (64, 8, 8)]
    assert genome["stage2/block1/pad"].op == ops.PadChannels(32)


def test_other_widths_and_images_than_the_papers_build() -> None:
    genome = resnet_cifar(depth=8, shortcut="B", widths=(5, 7, 11), input_shape=(1, 29, 27), classes=3)
    assert genome.shapes["stage3/block1/act"] == (11, 8, 7)
    # Stem 1*5*9; blocks 2*5*5*9, 5*7*9 + 7*7*9, 7*11*9 + 11*11*9; projections 5*7, 7*11; norms twice 5, 10, 21, 33;
    # linear 11*3 + 3.
    assert genome.params == 45 + 450 + 756 + 1782 + 35 + 77 + 2 * (5 + 10 + 21 + 33) + 36


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 6n \+ 2, 8 at least, got 21; the nearest are 20 and 26"):
        resnet_cifar(depth=21)
    with pytest.raises(GenomeError, match=r"shortcut must be one of A, B, got 'C'"):
        resnet_cifar(shortcut="C")
    with pytest.raises(GenomeError, match=r"widths must be three numbers, one for each stage.*got \(16, 32\)"):
        resnet_cifar(widths=(16, 32))  # type: ignore[arg-type]
    with pytest.raises(GenomeError, match="widths must be a whole number of at least 1, got 0"):
        resnet_cifar(widths=(16, 0, 64))
