"""MobileNet against its paper and the authors' list of models."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.mobilenet import mobilenet_v1


@pytest.mark.parametrize(
    ("width", "side", "params", "macs"),
    [
        (1.0, 224, 4_231_976, 568_740_352),
        (0.5, 224, 1_331_592, 149_497_088),
        (0.25, 224, 470_072, 41_030_272),
        (1.0, 192, 4_231_976, 418_121_728),
        (1.0, 128, 4_231_976, 186_400_768),
    ],
)
def test_the_papers_networks(width: float, side: int, params: int, macs: int) -> None:
    # Howard et al. 2017, arXiv:1704.04861, tables 6 and 7: 4.2, 1.3 and 0.5 M; 569, 149, 41, 418 and 186 M.
    genome = mobilenet_v1(width=width, input_shape=(3, side, side))
    assert (genome.params, genome.macs, genome.depth) == (params, macs, 28)


@pytest.mark.parametrize(("width", "side", "macs"), [(0.75, 224, 325_400_000), (1.0, 160, 290_700_000)])
def test_further_widths_and_resolutions(width: float, side: int, macs: int) -> None:
    assert round(mobilenet_v1(width=width, input_shape=(3, side, side)).macs, -5) == macs


def test_the_stages_have_the_sizes_of_table_1() -> None:
    shapes = mobilenet_v1().shapes
    assert shapes["stem/act"] == (32, 112, 112)
    last = [shapes[f"stage{stage}/separable{count}/act2"] for stage, count in enumerate((1, 2, 2, 6, 2), start=1)]
    assert last == [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (1024, 7, 7)]


def test_norm_and_relu_stand_behind_each_half() -> None:
    genome = mobilenet_v1()
    inner = [node.name.rpartition("/")[2] for node in genome.nodes if node.name.startswith("stage4/separable2/")]
    assert inner == ["depthwise", "norm1", "act1", "pointwise", "norm2", "act2"]
    assert {node.op for node in genome.nodes if isinstance(node.op, ops.Activation)} == {ops.Activation("relu")}


def test_the_last_depthwise_convolution_keeps_its_resolution() -> None:
    genome = mobilenet_v1()
    assert genome["stage5/separable2/depthwise"].op == ops.Conv2d(1024, groups=1024)
    strided = [node.name for node in genome.nodes if isinstance(node.op, ops.Conv2d) and node.op.stride == (2, 2)]
    assert strided == ["stem/conv", *(f"stage{stage}/separable1/depthwise" for stage in (2, 3, 4, 5))]


def test_nearly_all_macs_are_in_the_1x1_convolutions() -> None:
    # Table 2: 94.86 % of the macs and 74.59 % of the weights; here also 21,888 params of norms and 1,000 biases.
    genome = mobilenet_v1()
    facts = [genome.facts(node.name) for node in genome.nodes if node.name.endswith("/pointwise")]
    assert round(100 * sum(fact.macs for fact in facts) / genome.macs, 2) == 94.86
    assert round(100 * sum(fact.params for fact in facts) / (genome.params - 21_888 - 1_000), 2) == 74.59


def test_other_hyper_parameters_build() -> None:
    genome = mobilenet_v1(width=0.3, convolutions=(2, 1, 1, 1, 1), kernel=5, input_shape=(1, 45, 30), classes=3)
    assert [genome.shapes[f"stage{stage}/separable1/act2"] for stage in (1, 5)] == [(19, 23, 15), (307, 2, 1)]
    assert genome.shapes["stem/act"][0] == 9  # 9.6, cut
    assert genome["stage1/separable2/depthwise"].op == ops.Conv2d(19, (5, 5), (1, 1), (2, 2), groups=19)
    assert genome.depth == 1 + 2 * 6 + 1
    assert mobilenet_v1(width=0.001).shapes["stage5/separable2/act2"] == (1, 7, 7)
    assert mobilenet_v1(input_shape=(3, 1, 1)).params == 4_231_976


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"width must be a number above 0, such as 1.0, 0.75, 0.5 or 0.25, got -1"):
        mobilenet_v1(width=-1)
    with pytest.raises(GenomeError, match=r"convolutions must be 5 numbers, such as \(1, 2, 2, 6, 2\), got \(1, 2\)"):
        mobilenet_v1(convolutions=(1, 2))
    with pytest.raises(GenomeError, match="convolutions must be a whole number of at least 1, got 0"):
        mobilenet_v1(convolutions=(1, 2, 2, 0, 2))
