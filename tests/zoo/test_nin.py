"""Network in Network against the counts of known implementations."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.nin import nin


@pytest.mark.parametrize(("classes", "params", "macs"), [(10, 966_986, 222_486_528), (100, 984_356, 223_592_448)])
def test_the_networks_for_cifar(classes: int, params: int, macs: int) -> None:
    # Lin et al. 2013, arXiv:1312.4400: about a million; 966,986 in osmr/imgclsmob.
    genome = nin(classes=classes)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, 9)


def test_the_network_for_imagenet() -> None:
    genome = nin(form="imagenet")
    assert (genome.macs, genome.depth) == (1_105_996_320, 12)
    assert genome.params * 4 // 2**20 == 28  # MiB of weights; the authors' file has 29 MB


def test_poolings_count_the_window_that_is_cut_off() -> None:
    small, large = nin().shapes, nin(form="imagenet").shapes
    assert [small[f"mlpconv{number}/pool"] for number in (1, 2)] == [(96, 16, 16), (192, 8, 8)]
    assert [large[f"mlpconv{number}/pool"][1:] for number in (1, 2, 3)] == [(27, 27), (13, 13), (6, 6)]


def test_the_second_pooling_for_cifar_is_of_means() -> None:
    genome = nin()
    assert isinstance(genome["mlpconv1/pool"].op, ops.MaxPool2d)
    assert isinstance(genome["mlpconv2/pool"].op, ops.AvgPool2d)
    assert not any(isinstance(node.op, ops.AvgPool2d) for node in nin(form="imagenet").nodes)


def test_a_map_for_each_class_is_averaged_behind_its_relu() -> None:
    genome = nin()
    assert genome["head/pool"].inputs == ("mlpconv3/act3",)
    assert genome.shapes["mlpconv3/act3"] == (10, 8, 8)
    assert not any(isinstance(node.op, ops.Linear) for node in genome.nodes)


def test_dropout_follows_the_poolings() -> None:
    assert [node.name for node in nin().nodes if isinstance(node.op, ops.Dropout)] == ["mlpconv1/dropout", "mlpconv2/dropout"]
    large = nin(form="imagenet")
    assert [node.name for node in large.nodes if isinstance(node.op, ops.Dropout)] == ["mlpconv3/dropout"]


def test_other_images_and_classes_build() -> None:
    genome = nin(input_shape=(1, 19, 30), classes=7, dropout=0.0)
    assert genome.shapes["mlpconv2/pool"] == (192, 4, 7)  # 19 -> 9 -> 4; 30 -> 15, the last cut off, -> 7
    assert genome.shapes["output"] == (7,)


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match="form must be one of cifar, imagenet, got 'cifar10'; did you mean 'cifar'"):
        nin(form="cifar10")
    with pytest.raises(GenomeError, match=r"node 'mlpconv1/conv1' \(conv2d\)"):
        nin(form="imagenet", input_shape=(3, 10, 10))
