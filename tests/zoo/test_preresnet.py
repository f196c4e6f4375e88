"""Pre-activated residual networks against the paper and the counts of known implementations."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.catalogue import find
from nas.zoo.preresnet import preresnet, preresnet_cifar


@pytest.mark.parametrize(
    ("depth", "params", "macs"),
    [
        (18, 11_687_848, 1_814_073_344),
        (34, 21_796_008, 3_663_761_408),
        (101, 44_541_608, 7_570_194_432),
        (200, 64_666_280, 14_776_270_848),
    ],
)
def test_networks_for_imagenet(depth: int, params: int, macs: int) -> None:
    genome = preresnet(depth=depth)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


@pytest.mark.parametrize(("shortcut", "params", "macs"), [("B", 1_730_522, 253_149_824), ("A", 1_727_962, 252_887_680)])
def test_the_cifar_network_of_110_layers(shortcut: str, params: int, macs: int) -> None:
    # Without batch norm the projections have 16*32 + 32*64 = 2,560 weights.
    genome = preresnet_cifar(depth=110, shortcut=shortcut)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, 110)


def test_the_cifar_network_of_1001_layers() -> None:
    genome = preresnet_cifar(depth=1001, block="bottleneck")
    assert (genome.params, genome.macs, genome.depth) == (10_327_706, 1_487_849_984, 1001)
    # The paper's 10.2 M are the convolutions and the linear layer alone.
    norms = sum(genome.facts(node.name).params for node in genome.nodes if isinstance(node.op, ops.BatchNorm2d))
    assert (norms, genome.params - norms) == (149_216, 10_178_490)
    assert find("preresnet_cifar-1001").agreement() == {"params": False}


def test_the_cifar_network_of_164_layers_has_the_papers_size() -> None:
    assert find("preresnet_cifar-164").agreement() == {"params": True}  # 1.7 M
    assert find("preresnet_cifar-164").genome.depth == 164


def test_the_first_activation_stands_in_front_of_both_paths_of_the_first_unit() -> None:
    # He et al. 2016, arXiv:1603.05027, appendix.
    genome = preresnet_cifar(depth=14)
    assert genome["stage1/unit1/conv1"].inputs == ("stage1/unit1/act0",)
    assert genome["stage1/unit1/sum"].inputs == ("stage1/unit1/conv2", "stage1/unit1/act0")
    assert genome["stage1/unit2/sum"].inputs == ("stage1/unit2/conv2", "stage1/unit1/sum")


def test_a_shortcut_that_changes_the_shape_takes_the_activated_line() -> None:
    for genome in (preresnet_cifar(depth=14), preresnet_cifar(depth=20, block="bottleneck"), preresnet(depth=50)):
        assert genome["stage2/unit1/project"].inputs == ("stage2/unit1/act0",)
        assert genome["stage2/unit1/sum"].inputs[1] == "stage2/unit1/project"


def test_a_last_activation_follows_the_last_addition() -> None:
    genome = preresnet(depth=18)
    assert genome["head/norm"].inputs == ("stage4/unit2/sum",)
    assert genome["head/pool"].inputs == ("head/act",)


def test_the_bottleneck_has_its_stride_in_the_first_1x1() -> None:
    genome = preresnet_cifar(depth=20, block="bottleneck")
    assert genome["stage2/unit1/conv1"].op == ops.Conv2d(32, 1, 2, 0)
    assert [genome.shapes[f"stage{stage}/unit2/sum"][0] for stage in (1, 2, 3)] == [64, 128, 256]


def test_other_sizes_than_the_papers_build() -> None:
    assert preresnet(blocks=(1, 2, 1), block="basic", width=6, input_shape=(2, 40, 51), classes=4).depth == 10
    assert preresnet_cifar(depth=29, block="bottleneck", widths=(3, 5, 9), input_shape=(1, 15, 15)).depth == 29


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 9n \+ 2, 11 at least, got 111; the nearest are 110 and 119"):
        preresnet_cifar(depth=111, block="bottleneck")
    with pytest.raises(GenomeError, match=r"depth must be 6n \+ 2, 8 at least, got 112; the nearest are 110 and 116"):
        preresnet_cifar(depth=112)
    with pytest.raises(GenomeError, match="depth must be one of 18, 34, 50, 101, 152, 200, got 190; the nearest is 200"):
        preresnet(depth=190)
    with pytest.raises(GenomeError, match="block must be one of basic, bottleneck, got 'wide'"):
        preresnet_cifar(block="wide")
    with pytest.raises(GenomeError, match="shortcut must be one of A, B, got 'C'"):
        preresnet(shortcut="C")
    with pytest.raises(GenomeError, match="widths must be three numbers"):
        preresnet_cifar(widths=(16,))  # type: ignore[arg-type]
