"""Densely connected networks against the paper's tables and the counts of known implementations."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.zoo.catalogue import find
from nas.zoo.densenet import densenet, densenet_imagenet


def compressed(depth: int, growth: int) -> Genome:
    return densenet(depth=depth, growth=growth, bottleneck=True, compression=0.5)


@pytest.mark.parametrize(
    ("depth", "growth", "params", "macs"), [(40, 12, 1_019_722, 264_812_928), (100, 24, 27_249_082, 6_889_347_744)]
)
def test_plain_networks(depth: int, growth: int, params: int, macs: int) -> None:
    # Huang et al. 2017, arXiv:1608.06993, table 2: 1.0 and 27.2 M.
    genome = densenet(depth=depth, growth=growth)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


@pytest.mark.parametrize(
    ("depth", "growth", "params", "macs"), [(100, 12, 769_162, 287_929_692), (250, 24, 15_324_406, 5_418_785_724)]
)
def test_networks_with_bottlenecks_and_compression(depth: int, growth: int, params: int, macs: int) -> None:
    # Table 2: 0.8 and 15.3 M.
    genome = compressed(depth, growth)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


@pytest.mark.parametrize(
    ("depth", "growth", "params", "macs"), [(121, 32, 7_978_856, 2_834_161_664), (161, 48, 28_681_000, 7_727_907_072)]
)
def test_networks_for_imagenet(depth: int, growth: int, params: int, macs: int) -> None:
    genome = densenet_imagenet(depth=depth, growth=growth)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


@pytest.mark.parametrize("name", ["densenet-100-12", "densenet_bc-190-40"])
def test_networks_that_are_known_by_their_printed_size(name: str) -> None:
    assert find(name).agreement() == {"params": True}  # 7.0 and 25.6 M


@pytest.mark.parametrize("depth", [121, 169, 201, 161])
def test_the_layouts_have_the_depths_of_their_names(depth: int) -> None:
    assert densenet_imagenet(depth=depth, growth=8, input_shape=(3, 64, 64)).depth == depth


def test_a_hundred_classes() -> None:
    assert densenet(classes=100).params == 1_060_132


def test_the_stem_has_16_channels_or_twice_the_growth() -> None:
    assert densenet().shapes["stem/conv"] == (16, 32, 32)
    assert compressed(100, 12).shapes["stem/conv"] == (24, 32, 32)
    # The authors' later code takes twice the growth always.
    assert densenet(depth=100, growth=24, stem=48).params == 28_071_706
    assert densenet_imagenet(depth=161, growth=48).shapes["stem/conv"] == (96, 112, 112)


def test_compression_of_a_plain_network() -> None:
    # A known reimplementation of 40-12 halves the channels and begins with twice the growth, and so counts this.
    assert densenet(depth=40, growth=12, compression=0.5, stem=24).params == 599_050


def test_a_transition_puts_out_its_share_of_the_channels_at_half_the_resolution() -> None:
    genome = densenet_imagenet()
    # Table 1: 64 + 6*32 = 256 -> 128, + 12*32 = 512 -> 256, + 24*32 = 1024 -> 512, + 16*32 = 1024.
    assert [genome.shapes[f"transition{at}/pool"] for at in (1, 2, 3)] == [(128, 28, 28), (256, 14, 14), (512, 7, 7)]
    assert genome.shapes["dense4/layer16/join"] == (1024, 7, 7)
    assert genome["head/norm"].inputs == ("dense4/layer16/join",)
    # An odd number is cut: 2*7 + 7 = 21 -> 10.
    odd = densenet(depth=10, growth=7, bottleneck=True, compression=0.5)
    assert odd.shapes["transition1/conv"][0] == 10


def test_a_layer_reads_all_that_came_before() -> None:
    genome = densenet(depth=10, growth=3)
    assert [genome.shapes[f"dense1/layer{layer}/norm0"][0] for layer in (1, 2)] == [16, 19]
    assert genome["dense1/layer2/join"].inputs == ("dense1/layer1/join", "dense1/layer2/conv2")


def test_a_bottleneck_layer_has_four_times_the_growth_within() -> None:
    genome = compressed(16, 5)
    assert genome["dense2/layer1/conv1"].op == ops.Conv2d(20, 1, 1, 0)
    assert genome["dense2/layer1/conv2"].op == ops.Conv2d(5, 3, 1, 1)


def test_dropout_follows_each_convolution_but_the_first() -> None:
    genome = densenet(depth=16, growth=4, bottleneck=True, dropout=0.2)
    dropped = {node.inputs[0] for node in genome.nodes if node.op == ops.Dropout(0.2)}
    assert dropped == {node.name for node in genome.nodes if isinstance(node.op, ops.Conv2d)} - {"stem/conv"}


def test_other_sizes_than_the_papers_build() -> None:
    genome = densenet_imagenet(blocks=(1, 3), growth=5, bottleneck=False, compression=0.7, stem=9, input_shape=(1, 50, 37))
    assert genome.shapes["transition1/pool"] == (9, 6, 5)  # 0.7 * (9 + 5) = 9.8
    assert genome.depth == 1 + 1 + 1 + 3 + 1
    assert densenet(depth=7, growth=1, stem=1, input_shape=(1, 4, 4)).depth == 7


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 3n \+ 4, 7 at least, got 41; the nearest are 40 and 43"):
        densenet(depth=41)
    with pytest.raises(GenomeError, match=r"depth must be 6n \+ 4, 10 at least, got 103; the nearest are 100 and 106"):
        compressed(103, 12)
    with pytest.raises(GenomeError, match=r"depth must be one of 121, 161, 169, 201, got 150; the nearest is 161; .* blocks"):
        densenet_imagenet(depth=150)
    for wrong in (0, 1.5, True):
        with pytest.raises(GenomeError, match=f"compression must be above 0 and at most 1, got {wrong}"):
            densenet(compression=wrong)
    with pytest.raises(GenomeError, match="growth must be a whole number of at least 1, got 0"):
        densenet(growth=0)


def test_an_image_that_is_too_small_is_refused_where_it_ends() -> None:
    with pytest.raises(GenomeError, match=r"node 'transition2/pool' \(avg_pool\): its window of 2 is larger"):
        densenet(depth=7, input_shape=(3, 2, 2))
