"""Multi-residual networks against the paper."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.zoo.catalogue import find
from nas.zoo.multi_resnet import multi_resnet


def test_the_network_of_200_layers_and_5_functions() -> None:
    # Abdi and Nahavandi 2016, arXiv:1609.05672: 10.2 M.
    genome = multi_resnet()
    assert (genome.params, genome.macs, genome.depth) == (10_187_354, 1_467_140_608, 200)
    assert multi_resnet(classes=100).params == 10_210_484


def test_the_network_of_398_layers_has_the_papers_size() -> None:
    assert find("multi_resnet-398-5").agreement() == {"params": True}  # 20.4 M
    assert find("multi_resnet-398-5").genome.depth == 398


def test_with_one_function_it_costs_what_the_preactivated_network_costs() -> None:
    # He et al. 2016, arXiv:1603.05027: 110 layers with projections.
    genome = multi_resnet(depth=110, functions=1, block="basic")
    assert (genome.params, genome.macs) == (1_730_522, 253_149_824)


def test_each_unit_offers_one_path_more_than_it_has_functions() -> None:
    # Three units of a projection or one of four functions; a path has 3 layers in a function, 1 in a projection, and
    # 2 in stem and head: the coefficients of (x + 4 x^3)^3 x^2.
    assert multi_resnet(depth=11, functions=4).path_lengths() == {5: 1, 7: 12, 9: 48, 11: 64}


def test_the_stages_have_64_128_and_256_channels() -> None:
    genome = multi_resnet(depth=20, functions=2)
    assert [genome.shapes[f"stage{stage}/block2/sum"] for stage in (1, 2, 3)] == [(64, 32, 32), (128, 16, 16), (256, 8, 8)]


def test_other_sizes_than_the_papers_build() -> None:
    genome = multi_resnet(depth=14, functions=3, block="basic", widths=(5, 6, 9), input_shape=(1, 21, 13), classes=2)
    assert (genome.depth, genome.shapes["stage3/block2/sum"]) == (14, (9, 6, 4))


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 9n \+ 2, 11 at least, got 199; the nearest are 191 and 200"):
        multi_resnet(depth=199)
    with pytest.raises(GenomeError, match="functions must be a whole number of at least 1, got 0"):
        multi_resnet(functions=0)
    with pytest.raises(GenomeError, match="block must be one of basic, bottleneck, got 'preact'"):
        multi_resnet(block="preact")
    with pytest.raises(GenomeError, match="widths must be three numbers"):
        multi_resnet(widths=(16, 32))  # type: ignore[arg-type]
