"""AlexNet against its paper and the counts of known implementations."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.alexnet import alexnet


@pytest.mark.parametrize(
    ("form", "params", "macs"),
    [
        ("grouped", 60_965_224, 724_406_816),  # Krizhevsky et al. 2012: 60 million; Caffe's bvlc_alexnet
        ("one_tower", 61_100_840, 714_188_480),  # torchvision
    ],
)
def test_the_known_forms(form: str, params: int, macs: int) -> None:
    genome = alexnet(form=form)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, 8)


def test_without_groups_three_convolutions_have_twice_the_weights() -> None:
    # Weights of the grouped conv2, conv4 and conv5: 256 * 48 * 25, 384 * 192 * 9, 256 * 192 * 9.
    assert alexnet(form="ungrouped").params - alexnet().params == 307_200 + 663_552 + 442_368


def test_the_fully_connected_layers_hold_nearly_all_params() -> None:
    genome = alexnet()
    assert sum(genome.facts(node.name).params for node in genome.nodes if node.name.startswith("head/")) == 58_631_144


@pytest.mark.parametrize("form", ["grouped", "one_tower"])
def test_the_poolings_leave_27_13_and_6_pixels(form: str) -> None:
    shapes = alexnet(form=form).shapes
    assert shapes["conv1/conv"][1:] == (55, 55)
    assert [shapes[f"conv{number}/pool"][1:] for number in (1, 2, 5)] == [(27, 27), (13, 13), (6, 6)]


def test_neurons_are_659_272() -> None:
    # From the sizes of section 3.5: 290,400 + 186,624 + 64,896 + 64,896 + 43,264 + 4,096 + 4,096 + 1,000.
    genome = alexnet()
    sizes = [genome.facts(node.name).size for node in genome.nodes if isinstance(node.op, ops.Conv2d | ops.Linear)]
    assert sum(sizes) == 659_272


def test_normalisation_stands_between_relu_and_pooling_of_the_first_two_layers() -> None:
    genome = alexnet()
    norms = [node for node in genome.nodes if isinstance(node.op, ops.LocalResponseNorm)]
    assert [(node.name, node.inputs) for node in norms] == [("conv1/lrn", ("conv1/act",)), ("conv2/lrn", ("conv2/act",))]
    assert norms[0].op == ops.LocalResponseNorm(size=5, alpha=1e-4, beta=0.75, k=2.0)
    assert genome["conv1/pool"].inputs == ("conv1/lrn",)
    assert not any(isinstance(node.op, ops.LocalResponseNorm) for node in alexnet(form="one_tower").nodes)


def test_other_layers_and_images_build() -> None:
    genome = alexnet(hidden=(100,), dropout=0.0, input_shape=(1, 99, 131), classes=7)
    # 99 -> 23 -> 11 -> 5 -> 2, 131 -> 31 -> 15 -> 7 -> 3.
    assert genome.shapes["conv5/pool"] == (256, 2, 3)
    assert genome.facts("head/fc1/linear").params == (256 * 6 + 1) * 100
    assert genome.depth == 7
    assert not any(isinstance(node.op, ops.Dropout) for node in genome.nodes)


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match="one of grouped, ungrouped, one_tower, got 'one-tower'; did you mean 'one_tower'"):
        alexnet(form="one-tower")
    with pytest.raises(GenomeError, match="hidden must be a whole number of at least 1, got 0"):
        alexnet(hidden=(4096, 0))
    with pytest.raises(GenomeError, match=r"node 'conv2/pool' \(max_pool\)"):
        alexnet(input_shape=(3, 31, 31))
