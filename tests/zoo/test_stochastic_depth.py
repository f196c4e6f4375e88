"""Stochastic depth against the paper and the authors' code."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.zoo.stochastic_depth import stochastic_depth


def survivals(genome: Genome) -> list[float]:
    return [node.op.survival for node in genome.nodes if isinstance(node.op, ops.StochasticDepth)]


@pytest.mark.parametrize(("depth", "params", "macs"), [(110, 1_732_010, 252_887_680), (152, 2_414_090, 351_978_112)])
def test_networks_of_the_authors_code_have_biases(depth: int, params: int, macs: int) -> None:
    genome = stochastic_depth(depth=depth, conv_bias=True)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


def test_without_biases_it_costs_what_the_residual_network_costs() -> None:
    # He et al. 2016, arXiv:1512.03385: ResNet-110 with shortcuts that have no weights.
    genome = stochastic_depth()
    assert (genome.params, genome.macs, genome.depth) == (1_727_962, 252_887_680, 110)


def test_blocks_survive_the_less_the_later_they_come() -> None:
    # p_l = 1 - l / L * (1 - p_L) with L = 54 and p_L = 0.5; in the mean (3L - 1) / 4 = 40.25 blocks are active.
    found = survivals(stochastic_depth())
    assert len(found) == 54
    assert found[0] == pytest.approx(1 - 1 / 108)
    assert found[26] == pytest.approx(0.75)
    assert found[-1] == 0.5
    assert sum(found) == pytest.approx(40.25)


def test_a_uniform_survival_is_the_same_in_all_blocks() -> None:
    assert survivals(stochastic_depth(depth=8, survival=0.8, decay="uniform")) == [0.8] * 3


def test_the_branch_is_dropped_and_never_the_shortcut() -> None:
    genome = stochastic_depth(depth=14)
    assert genome["stage1/block2/survive"].inputs == ("stage1/block2/norm2",)
    assert genome["stage1/block2/sum"].inputs == ("stage1/block2/survive", "stage1/block1/act")
    assert genome["stage1/block2/act"].inputs == ("stage1/block2/sum",)


def test_the_shortcut_averages_2x2_pixels_and_pads_zero_channels_behind() -> None:
    genome = stochastic_depth(depth=8)
    assert genome["stage2/block1/pool"].op == ops.AvgPool2d(2, 2)
    assert genome["stage2/block1/pad"].op == ops.PadChannels(32)
    assert genome["stage2/block1/sum"].inputs == ("stage2/block1/survive", "stage2/block1/pad")


def test_an_odd_image_and_other_widths_build() -> None:
    genome = stochastic_depth(depth=20, survival=0.9, widths=(6, 10, 10), input_shape=(1, 27, 30), classes=3)
    assert genome.shapes["stage3/block3/act"] == (10, 7, 8)
    assert "stage3/block1/pad" not in genome.shapes


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 6n \+ 2, 8 at least, got 112; the nearest are 110 and 116"):
        stochastic_depth(depth=112)
    with pytest.raises(GenomeError, match="decay must be one of linear, uniform, got 'liner'; did you mean 'linear'"):
        stochastic_depth(decay="liner")
    for survival in (0, 1.5, -0.1):
        with pytest.raises(GenomeError, match=f"^survival must be above 0 and at most 1, got {survival}"):
            stochastic_depth(survival=survival)
    with pytest.raises(GenomeError, match="widths must be three numbers"):
        stochastic_depth(widths=(16, 32, 64, 128))  # type: ignore[arg-type]
