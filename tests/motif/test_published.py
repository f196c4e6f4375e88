"""Counts of composed networks against the publications, to the unit."""

from __future__ import annotations

import pytest

from nas.genome import Genome
from nas.motif import Block, Stage, Staged, Stem, blocks, compose, connectivities
from nas.motif.basic import preactivated

BASIC, PREACT = blocks.get("basic"), blocks.get("preact")


def cifar(connect: str, block: Block, depth: int, widths: tuple[int, int, int], *, stem: int = 16, classes: int = 10) -> Genome:
    """A CIFAR network of three stages of `depth` blocks."""
    stages = tuple(Stage(depth, width, block, connectivities.get(connect)) for width in widths)
    return compose(Staged(Stem(stem), stages), input_shape=(3, 32, 32), classes=classes).genome()


@pytest.mark.parametrize(("depth", "params"), [(3, 272_474), (5, 466_906), (18, 1_730_714)])
def test_cifar_resnets_with_projections(depth: int, params: int) -> None:
    # He et al. 2016a, arXiv:1512.03385, table 6: 0.27, 0.46 and 1.7 M with shortcut A; B adds 2,752 weights.
    genome = cifar("residual", BASIC, depth, (16, 32, 64))
    assert genome.params == params
    assert genome.depth == 6 * depth + 2


def test_resnet_110_has_the_macs_of_its_shapes() -> None:
    assert cifar("residual", BASIC, 18, (16, 32, 64)).macs == 253_149_824


def test_preactivated_resnet_110() -> None:
    # He et al. 2016b, arXiv:1603.05027: 1.7 M; the projections have no norm and take the activated line.
    assert cifar("residual", PREACT, 18, (16, 32, 64)).params == 1_730_522


@pytest.mark.parametrize(("widen", "depth", "params"), [(8, 2, 10_961_370), (10, 4, 36_479_194)])
def test_wide_resnets(widen: int, depth: int, params: int) -> None:
    # Zagoruyko and Komodakis 2016, arXiv:1605.07146, table 4: 11.0 and 36.5 M. The stem keeps its 16 channels.
    assert cifar("residual", PREACT, depth, (16 * widen, 32 * widen, 64 * widen)).params == params


@pytest.mark.parametrize(("branches", "params"), [(12, 349_402), (18, 543_834), (54, 1_710_426)])
def test_merge_and_run_networks(branches: int, params: int) -> None:
    # Zhao et al. 2017, arXiv:1611.07718: L branches are L / 6 blocks of two lines in each of three stages.
    assert cifar("merge-and-run", BASIC, branches // 6, (16, 32, 64)).params == params


def test_a_merge_and_run_network_for_100_classes() -> None:
    assert cifar("merge-and-run", BASIC, 8, (16, 32, 64), classes=100).params == 1_515_994 + 90 * 65


def test_the_wide_merge_and_run_network_of_depth_32() -> None:
    # Zhao et al. 2017, table 3: 14.9 M; four times as wide.
    genome = cifar("merge-and-run", BASIC, 5, (64, 128, 256), stem=64)
    assert (genome.params, genome.macs, genome.depth) == (14_851_402, 2_199_587_328, 32)


@pytest.mark.parametrize(
    ("layers", "growth", "params", "macs"), [(12, 12, 1_019_722, 264_812_928), (32, 24, 27_249_082, 6_889_347_744)]
)
def test_dense_networks(layers: int, growth: int, params: int, macs: int) -> None:
    # Huang et al. 2017, arXiv:1608.06993, table 2: DenseNet 40-12 with 1.0 M, 100-24 with 27.2 M.
    genome = cifar("dense", preactivated(1), layers, (growth, growth, growth))
    assert (genome.params, genome.macs) == (params, macs)
    assert genome.depth == 3 * layers + 4
