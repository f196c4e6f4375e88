"""ResNeXt against the paper's table 1 and the counts of known implementations."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.catalogue import agrees, find
from nas.zoo.resnext import resnext, resnext_cifar


@pytest.mark.parametrize(("depth", "params", "macs"), [(50, 25_028_904, 4_230_479_872), (101, 44_177_704, 7_969_996_800)])
def test_networks_of_32_groups_for_imagenet(depth: int, params: int, macs: int) -> None:
    # Xie et al. 2017, arXiv:1611.05431, table 1: 25.0 M and 4.2 G at 50 layers.
    genome = resnext(depth=depth)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


def test_64_groups_cost_15_46_giga() -> None:
    assert agrees(resnext(depth=101, cardinality=64).macs, "15.460G")


def test_the_cifar_network_of_8_groups() -> None:
    genome = resnext_cifar()
    assert (genome.params, genome.macs, genome.depth) == (34_426_698, 5_387_266_048, 29)


def test_the_cifar_networks_have_the_papers_sizes() -> None:
    # 34.4 and 68.1 M, the latter cut and not rounded.
    for name in ("resnext_cifar-29-8x64d", "resnext_cifar-29-16x64d"):
        assert find(name).agreement() == {"params": True}


def test_the_grouped_convolution_has_the_widths_of_table_1_and_the_stride() -> None:
    genome = resnext()
    inner = [genome[f"stage{stage}/block1/conv2"].op for stage in (1, 2, 3, 4)]
    assert inner == [ops.Conv2d(width, 3, stride, 1, groups=32) for width, stride in ((128, 1), (256, 2), (512, 2), (1024, 2))]


def test_transformations_become_twice_as_wide_from_stage_to_stage() -> None:
    # Three of 5 channels each, then of 10 and of 20.
    genome = resnext_cifar(depth=11, cardinality=3, width=5)
    assert [genome.shapes[f"stage{stage}/block1/conv2"][0] for stage in (1, 2, 3)] == [15, 30, 60]
    assert genome["stage3/block1/conv2"].op == ops.Conv2d(60, 3, 2, 1, groups=3)


def test_other_numbers_of_blocks_build() -> None:
    genome = resnext(blocks=(1, 2), cardinality=7, width=3, input_shape=(1, 33, 50), classes=5)
    assert (genome.depth, genome.shapes["stage2/block2/act"]) == (11, (512, 5, 7))


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match="depth must be one of 50, 101, 152, got 34; the nearest is 50"):
        resnext(depth=34)
    with pytest.raises(GenomeError, match=r"depth must be 9n \+ 2, 11 at least, got 30; the nearest are 29 and 38"):
        resnext_cifar(depth=30)
    with pytest.raises(GenomeError, match="cardinality must be a whole number of at least 1, got 0"):
        resnext(cardinality=0)
    with pytest.raises(GenomeError, match=r"width must be a whole number of at least 1, got 2\.5"):
        resnext_cifar(width=2.5)  # type: ignore[arg-type]
