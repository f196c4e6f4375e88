"""Inception v4 against two implementations, and its modules against the widths of its figures (arXiv:1602.07261)."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome
from nas.genome.convolution import Conv2d
from nas.zoo.inception_v4 import inception_v4


@pytest.fixture(scope="module")
def genome() -> Genome:
    return inception_v4()


def test_params_and_macs(genome: Genome) -> None:
    assert (genome.params, genome.macs) == (42_679_816, 12_253_974_624)


def test_it_is_76_layers_deep(genome: Genome) -> None:
    # Stem 9, modules 4 * 3 + 7 * 5 + 3 * 4, between them 3 and 4, linear 1; the paper names no number.
    assert genome.depth == 9 + 12 + 3 + 35 + 4 + 12 + 1


@pytest.mark.parametrize(
    ("more", "params"),
    [
        # Figure 4: 384 * (96 + 64 + 64 + 96) + 9 * (64 * 96 + 64 * 96 + 96 * 96), and norms of 608 channels.
        ((5, 7, 3), 122_880 + 193_536 + 2 * 608),
        # Figure 5: 1024 * (384 + 192 + 192 + 128), 7 * (192 * 224 + 224 * 256), 7 * (192 * 192 + 192 * 224 + 224 * 224
        # + 224 * 256), and norms of 2272 channels.
        ((4, 8, 3), 917_504 + 702_464 + 1_311_744 + 2 * 2_272),
        # Figure 6: 1536 * (256 + 384 + 384 + 256), 3 * 2 * 384 * 256, 3 * (384 * 448 + 448 * 512 + 2 * 512 * 256), and
        # norms of 3264 channels.
        ((4, 7, 4), 1_966_080 + 589_824 + 1_990_656 + 2 * 3_264),
    ],
)
def test_one_more_module_adds_the_params_of_its_figure(more: tuple[int, int, int], params: int) -> None:
    assert inception_v4(modules=more).params - 42_679_816 == params


@pytest.mark.parametrize(
    ("node", "shape"),
    [
        ("stem/split1/concat", (160, 73, 73)),
        ("stem/split2/concat", (192, 71, 71)),
        ("stem/split3/concat", (384, 35, 35)),
        ("inception_a/block4/concat", (384, 35, 35)),
        ("reduction_a/concat", (1024, 17, 17)),
        ("inception_b/block7/concat", (1024, 17, 17)),
        ("reduction_b/concat", (1536, 8, 8)),
        ("inception_c/block3/concat", (1536, 8, 8)),
    ],
)
def test_shapes_of_the_stages(genome: Genome, node: str, shape: tuple[int, int, int]) -> None:
    assert genome.shapes[node] == shape


def test_the_order_of_the_factors_in_the_double_branches(genome: Genome) -> None:
    # As released: 7x1 first at 17x17, 3x1 first at 8x8.
    def kernels(branch: str, last: int) -> list[tuple[int, int]]:
        found = [genome[f"{branch}/conv{i}/conv"].op for i in range(2, last + 1)]
        return [op.kernel for op in found if isinstance(op, Conv2d)]

    assert kernels("inception_b/block1/double", 5) == [(7, 1), (1, 7), (7, 1), (1, 7)]
    assert kernels("inception_c/block1/double", 3) == [(3, 1), (1, 3)]


def test_modules_average_and_maxima_halve(genome: Genome) -> None:
    kinds = [n.op.kind for n in genome.nodes if n.name.endswith("/pool/pool1")]
    assert kinds == ["max_pool"] * 2 + ["avg_pool"] * 4 + ["max_pool"] + ["avg_pool"] * 7 + ["max_pool"] + ["avg_pool"] * 3
    assert genome["head/dropout"].op.kind == "dropout"


def test_other_numbers_of_modules_images_and_classes() -> None:
    genome = inception_v4(modules=(1, 2, 1), input_shape=(1, 100, 131), classes=10)
    assert genome.depth == 17 + 3 + 10 + 4
    assert genome.classes == 10


@pytest.mark.parametrize(
    ("modules", "text"),
    [
        ((4, 0, 3), r"modules\[1\] must be a whole number of at least 1, got 0"),
        ((4, 7), r"modules must be three numbers, at 35x35, 17x17 and 8x8, got \(4, 7\)"),
    ],
)
def test_what_is_not_admissible_is_refused(modules: tuple[int, int, int], text: str) -> None:
    with pytest.raises(GenomeError, match=text):
        inception_v4(modules=modules)


def test_an_image_too_small_fails_where_it_vanishes() -> None:
    with pytest.raises(GenomeError, match=r"node 'reduction_b/three/conv2/conv' \(conv2d\): puts out"):
        inception_v4(input_shape=(3, 64, 64))
