"""Inception-ResNet v1 against its schema, v2 against the released model (arXiv:1602.07261)."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.zoo.inception_resnet import inception_resnet_v1, inception_resnet_v2


@pytest.fixture(scope="module")
def v1() -> Genome:
    return inception_resnet_v1()


@pytest.fixture(scope="module")
def v2() -> Genome:
    return inception_resnet_v2()


def test_params_and_macs(v1: Genome, v2: Genome) -> None:
    assert (v1.params, v1.macs) == (22_756_328, 6_206_361_696)
    assert (v2.params, v2.macs) == (55_843_464, 13_155_794_016)


def test_depths(v1: Genome, v2: Genome) -> None:
    # Stem 6, 20 modules of 4, between them 3 and 3, linear 1; the paper names no number.
    assert v1.depth == 6 + 80 + 6 + 1
    # Stem 5 and a module of 3, 40 modules of 4, between them 3 and 3, the last convolution, linear 1.
    assert v2.depth == 8 + 160 + 6 + 2


@pytest.mark.parametrize(
    ("more", "params"),
    [
        # Figure 10: 3 * 256 * 32 + 3 * 9 * 32 * 32, norms of 6 * 32 channels, and 96 -> 256 with a bias.
        ((6, 10, 5), 24_576 + 27_648 + 2 * 192 + 24_832),
        # Figure 11: 2 * 896 * 128 + 2 * 7 * 128 * 128, norms of 4 * 128 channels, and 256 -> 896.
        ((5, 11, 5), 229_376 + 229_376 + 2 * 512 + 230_272),
        # Figure 13: 2 * 1792 * 192 + 2 * 3 * 192 * 192, norms of 4 * 192 channels, and 384 -> 1792.
        ((5, 10, 6), 688_128 + 221_184 + 2 * 768 + 689_920),
    ],
)
def test_one_more_module_of_v1_adds_the_params_of_its_figure(more: tuple[int, int, int], params: int) -> None:
    assert inception_resnet_v1(modules=more).params - 22_756_328 == params


@pytest.mark.parametrize(
    ("more", "params"),
    [
        # 3 * 320 * 32, 9 * (32 * 32 + 32 * 48 + 48 * 64), norms of 240 channels, and 128 -> 320 with a bias.
        ((11, 20, 10), 30_720 + 50_688 + 2 * 240 + 41_280),
        # 1088 * (192 + 128), 7 * (128 * 160 + 160 * 192), norms of 672 channels, and 384 -> 1088.
        ((10, 21, 10), 348_160 + 358_400 + 2 * 672 + 418_880),
        # 2080 * (192 + 192), 3 * (192 * 224 + 224 * 256), norms of 864 channels, and 448 -> 2080.
        ((10, 20, 11), 798_720 + 301_056 + 2 * 864 + 933_920),
    ],
)
def test_one_more_module_of_v2_adds_the_params_of_the_released_one(more: tuple[int, int, int], params: int) -> None:
    assert inception_resnet_v2(modules=more).params - 55_843_464 == params


def test_shapes_of_the_stages_of_v1(v1: Genome) -> None:
    ends = ["stem/conv6/act", "inception_a/block5/act", "reduction_a/concat", "reduction_b/concat", "inception_c/block5/act"]
    assert [v1.shapes[end] for end in ends] == [(256, 35, 35), (256, 35, 35), (896, 17, 17), (1792, 8, 8), (1792, 8, 8)]


def test_shapes_of_the_stages_of_v2(v2: Genome) -> None:
    ends = ["stem/split1/concat", "inception_a/block10/act", "reduction_a/concat", "reduction_b/concat", "head/conv/act"]
    assert [v2.shapes[end] for end in ends] == [(320, 35, 35), (320, 35, 35), (1088, 17, 17), (2080, 8, 8), (1536, 8, 8)]


def test_a_residual_is_scaled_and_then_added(v2: Genome) -> None:
    assert v2["inception_b/block2/scale"].op == ops.Scale(0.10)
    assert v2["inception_b/block2/scale"].inputs == ("inception_b/block2/up",)
    assert v2["inception_b/block2/sum"].inputs == ("inception_b/block1/act", "inception_b/block2/scale")


def test_the_last_module_of_v2_has_no_constant_and_no_activation(v2: Genome) -> None:
    assert v2["inception_c/block10/sum"].inputs[1] == "inception_c/block10/up"
    assert v2["head/conv/conv"].inputs == ("inception_c/block10/sum",)


def test_each_stage_has_its_constant(v1: Genome, v2: Genome) -> None:
    def factors(genome: Genome) -> list[float]:
        return [node.op.factor for node in genome.nodes if isinstance(node.op, ops.Scale)]

    assert factors(v1) == [0.17] * 5 + [0.10] * 10 + [0.20] * 5
    assert factors(v2) == [0.17] * 10 + [0.10] * 20 + [0.20] * 9
    assert factors(inception_resnet_v1(modules=(1, 2, 1), scales=(0.3, 1, 0.1))) == [0.3, 0.1]


def test_layers_without_params(v2: Genome) -> None:
    # As released: an average in the module behind the stem, maxima between the stages, norms of epsilon 0.001.
    kinds = [n.op.kind for n in v2.nodes if n.name.endswith("/pool/pool1")]
    assert kinds == ["avg_pool", "max_pool", "max_pool"]
    assert {n.op for n in v2.nodes if n.op.kind == "batch_norm"} == {ops.BatchNorm2d(eps=1e-3)}
    assert v2["head/dropout"].op == ops.Dropout(0.2)


def test_other_numbers_of_modules_images_and_classes() -> None:
    genome = inception_resnet_v2(modules=(1, 2, 1), input_shape=(1, 100, 131), classes=10)
    assert genome.depth == 16 + 4 * 4
    assert genome.classes == 10


def test_what_is_not_admissible_is_refused() -> None:
    with pytest.raises(GenomeError, match=r"modules\[2\] must be a whole number of at least 1, got 0"):
        inception_resnet_v1(modules=(5, 10, 0))
    with pytest.raises(GenomeError, match=r"scales must be three numbers, at 35x35, 17x17 and 8x8, got \(0.1,\)"):
        inception_resnet_v2(scales=(0.1,))  # type: ignore[arg-type]
    with pytest.raises(GenomeError, match="factor must be a number, got"):
        inception_resnet_v2(scales=("0.1", 0.1, 0.1))  # type: ignore[arg-type]
    with pytest.raises(GenomeError, match=r"node 'reduction_b/three1/conv2/conv' \(conv2d\): puts out"):
        inception_resnet_v1(input_shape=(3, 64, 64))


def test_a_scale_costs_nothing_and_keeps_every_shape() -> None:
    for shape in ((3, 4, 5), (7,)):
        op = ops.Scale(0.5)
        assert (op.output_shape((shape,)), op.params((shape,)), op.macs((shape,))) == (shape, 0, 0)


@pytest.mark.parametrize("factor", [float("nan"), float("inf"), True, None])
def test_a_scale_takes_a_finite_number(factor: float) -> None:
    with pytest.raises(GenomeError, match="factor must be a number"):
        ops.Scale(factor)
