"""Deep fusion: base networks of different depth, summed."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.genome.identity import same_function
from nas.motif import BlockOptions, Connectivity, Stage, Staged, Stem, blocks, compose, connectivities
from nas.motif.fused import fused


def network(bases: tuple[int, ...], block: str = "basic", *, connect: Connectivity | None = None) -> Genome:
    options = BlockOptions(bases=bases)
    stages = tuple(Stage(2, width, blocks.get(block), connect or Connectivity(fused), options) for width in (8, 12))
    return compose(Staged(Stem(8), stages), input_shape=(3, 8, 8), classes=5).genome()


def test_what_is_fused_is_the_sum_of_the_bases_and_activated_once() -> None:
    genome = network((1, 3))
    at = "stage1/block2/"
    assert genome[at + "sum"].inputs == (at + "base1/block1/norm2", at + "base2/block3/norm2")
    assert genome[at + "act"].inputs == (at + "sum",)
    assert genome[at + "base2/block2/conv1"].inputs == (at + "base2/block1/act",)
    assert genome[at + "base1/block1/conv1"].inputs == genome[at + "base2/block1/conv1"].inputs == ("stage1/block1/act",)


def test_the_first_block_of_each_base_changes_the_shape() -> None:
    genome = network((1, 3))
    changed = [node.name for node in genome.nodes if isinstance(node.op, ops.Conv2d) and node.op.stride == (2, 2)]
    assert changed == [f"stage2/block1/base{base}/block1/conv1" for base in (1, 2)]
    assert genome.depth == 2 * 2 * 3 * 2 + 2  # the deepest base network: stages, fusions, blocks, convolutions


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_two_bases_are_as_many_networks_as_their_parts_can_be_mixed(parts: int) -> None:
    # Wang et al. 2016, section 3: with two base networks of B parts there are 2^B ways through; here B is 2 x parts.
    stages = tuple(Stage(parts, 8, blocks.get("basic"), Connectivity(fused), BlockOptions(bases=(1, 2))) for _ in range(2))
    genome = compose(Staged(Stem(8), stages), input_shape=(3, 8, 8), classes=5).genome()
    assert sum(genome.path_lengths().values()) == 4**parts


@pytest.mark.parametrize("block", ["basic", "preact", "bottleneck", "inception"])
def test_a_base_of_no_blocks_makes_a_residual_network(block: str) -> None:
    # Wang et al. 2016: a ResNet is a deeply-fused net whose second base is the identity.
    assert same_function(network((0, 1), block), network((0, 1), block, connect=connectivities.get("residual")))


def test_one_base_makes_a_plain_network() -> None:
    assert same_function(network((1,)), network((1,), connect=connectivities.get("plain")))


@pytest.mark.parametrize("bases", [(), (0,), (0, 0), (2, -1)])
def test_bases_without_a_block_are_refused(bases: tuple[int, ...]) -> None:
    with pytest.raises(GenomeError, match="bases are blocks of each base network, 0 at least and one of them 1 at least, got"):
        network(bases)


def test_the_line_of_preactivated_blocks_is_activated_once_for_all_bases() -> None:
    genome = network((0, 1, 2), "preact")
    at = "stage1/block2/"
    assert genome[at + "sum"].inputs == ("stage1/block1/sum", at + "base2/block1/conv2", at + "base3/block2/conv2")
    assert genome[at + "base2/block1/conv1"].inputs == genome[at + "base3/block1/conv1"].inputs == (at + "act0",)
    assert genome[at + "base3/block2/norm0"].inputs == (at + "base3/block1/conv2",)
