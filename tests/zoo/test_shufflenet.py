"""ShuffleNet against table 1 of its paper and a reimplementation in Caffe."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.shufflenet import shufflenet_v1


@pytest.mark.parametrize(
    ("groups", "params", "macs"),
    [
        (1, 1_531_936, 143_078_976),
        (2, 1_733_848, 140_836_512),
        (3, 1_865_728, 137_460_672),
        (8, 2_434_768, 138_365_952),
    ],
)
def test_the_counts_of_osmr_imgclsmob(groups: int, params: int, macs: int) -> None:
    genome = shufflenet_v1(groups=groups)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, 50)


@pytest.mark.parametrize(("groups", "printed"), [(1, 143), (2, 140), (3, 137), (4, 133), (8, 137)])
def test_the_papers_macs_are_those_without_the_linear_layer(groups: int, printed: int) -> None:
    # Zhang et al. 2018, arXiv:1707.01083, table 1, in millions: all five, rounded.
    genome = shufflenet_v1(groups=groups)
    assert round((genome.macs - genome.facts("head/linear").macs) / 1e6) == printed


def test_the_reimplementation_in_caffe_has_narrower_bottlenecks_at_stride_2() -> None:
    genome = shufflenet_v1(bottleneck="branch")  # farmingyard/ShuffleNet
    assert (genome.params, genome.macs) == (1_814_734, 127_061_304)
    inner = [genome.shapes[f"stage{stage}/unit1/depthwise"][0] for stage in (2, 3, 4)]
    assert inner == [54, 60, 120]


@pytest.mark.parametrize(("groups", "first"), [(1, 144), (2, 200), (3, 240), (4, 272), (8, 384)])
def test_the_stages_have_the_sizes_of_table_1(groups: int, first: int) -> None:
    shapes = shufflenet_v1(groups=groups).shapes
    assert (shapes["stem/act"], shapes["stem/pool"]) == ((24, 112, 112), (24, 56, 56))
    last = [shapes[f"stage{stage}/unit{count}/act"] for stage, count in ((2, 4), (3, 8), (4, 4))]
    assert last == [(first, 28, 28), (2 * first, 14, 14), (4 * first, 7, 7)]


def test_a_unit_of_stride_2_puts_its_branch_beside_its_pooled_input() -> None:
    genome = shufflenet_v1()
    assert genome["stage3/unit1/concat"].inputs == ("stage3/unit1/pool", "stage3/unit1/norm3")
    assert genome["stage3/unit1/pool"].op == ops.AvgPool2d((3, 3), (2, 2), (1, 1))
    assert genome["stage3/unit2/sum"].inputs == ("stage3/unit1/act", "stage3/unit2/norm3")


def test_only_the_very_first_1x1_convolution_is_whole() -> None:
    genome = shufflenet_v1(groups=8)
    pointwise = [node for node in genome.nodes if node.name.rpartition("/")[2] in ("reduce", "expand")]
    assert [node.name for node in pointwise if node.op.groups == 1] == ["stage2/unit1/reduce"]  # type: ignore[attr-defined]
    assert sum(isinstance(node.op, ops.ChannelShuffle) for node in genome.nodes) == 16


def test_other_hyper_parameters_build() -> None:
    genome = shufflenet_v1(groups=5, first_width=101, width=0.7, units=(1, 2), input_shape=(1, 33, 50), classes=3)
    # 24 * 0.7 = 16.8 and 101 * 0.7 = 70.7, to the nearest multiples of 5.
    assert genome.shapes["stem/act"][0] == 15
    assert [genome.shapes[f"stage{stage}/unit1/act"] for stage in (2, 3)] == [(70, 5, 7), (140, 3, 4)]
    assert genome.depth == 1 + 3 * 3 + 1
    assert shufflenet_v1(groups=4, width=0.25).shapes["stage2/unit1/act"][0] == 68


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"groups \(where .*\) must be one of 1, 2, 3, 4, 8, got 5; the nearest is 4"):
        shufflenet_v1(groups=5)
    with pytest.raises(GenomeError, match="bottleneck must be one of output, branch, got 'branches'; did you mean 'branch'"):
        shufflenet_v1(bottleneck="branches")
    with pytest.raises(GenomeError, match=r"more channels than the stem, .* got 24 and 24; the nearest is 27"):
        shufflenet_v1(first_width=24)
    with pytest.raises(GenomeError, match=r"units must be a number for each stage, such as \(4, 8, 4\), got \(\)"):
        shufflenet_v1(units=())
    with pytest.raises(GenomeError, match=r"width must be a number above 0, .* got 0"):
        shufflenet_v1(width=0)
