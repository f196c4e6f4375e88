"""Width: channels side by side at one depth, by hand and as people say it of published networks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.genome import Genome, Node, ops
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities
from nas.zoo.alexnet import alexnet
from nas.zoo.googlenet import googlenet
from nas.zoo.resnet import resnet
from nas.zoo.resnet_cifar import resnet_cifar
from nas.zoo.vgg import vgg
from nas.zoo.wide_resnet import wide_resnet

Grow = Callable[..., Genome]


def convs(grow: Grow, *nodes: tuple[str, int, str]) -> list[Node]:
    return [Node(name, ops.Conv2d(channels), (source,)) for name, channels, source in nodes]


def test_a_plain_network_is_as_wide_as_its_widest_convolution(grow: Grow) -> None:
    assert grow(*convs(grow, ("a", 5, "input"), ("b", 9, "a"), ("c", 7, "b"))).width == 9


def test_parallel_lines_add_up(grow: Grow) -> None:
    lines = convs(grow, ("a1", 6, "input"), ("a2", 6, "a1"), ("b1", 6, "input"), ("b2", 6, "b1"), ("c", 6, "input"))
    single = convs(grow, ("a", 6, "input"), ("b", 6, "input"))
    assert grow(*single, Node("sum", ops.Add(), ("a", "b"))).width == 12
    assert grow(*lines[:-1], Node("sum", ops.Add(), ("a2", "b2"))).width == 12
    # c is added to deeper lines, or the classifier takes it beside them.
    assert grow(*lines, Node("sum", ops.Add(), ("a2", "b2", "c"))).width == 12
    assert grow(*lines, Node("all", ops.Concat(), ("a2", "b2", "c"))).width == 18


def test_lines_that_are_concatenated_are_one_wide_line(grow: Grow) -> None:
    deep = convs(grow, ("a", 3, "input"), ("b1", 2, "input"), ("b2", 4, "b1"))
    # 3 + 2 at the first depth, 4 at the second; the classifier takes 3 + 4.
    assert grow(*deep, Node("join", ops.Concat(), ("a", "b2"))).width == 7
    # 3 + 9 at the first depth: the short line is no shortcut, for nothing is added to it.
    deep = convs(grow, ("a", 3, "input"), ("b1", 9, "input"), ("b2", 4, "b1"))
    assert grow(*deep, Node("join", ops.Concat(), ("a", "b2"))).width == 12


def test_a_projection_does_not_widen(grow: Grow) -> None:
    block = convs(grow, ("a1", 8, "input"), ("a2", 8, "a1"), ("project", 8, "input"))
    assert grow(*block, Node("sum", ops.Add(), ("a2", "project"))).width == 8
    assert resnet_cifar(depth=20, shortcut="B").width == resnet_cifar(depth=20, shortcut="A").width == 64


def test_a_block_of_k_parallel_lines_of_c_channels_is_k_c_wide() -> None:
    stages = tuple(Stage(2, width, blocks.get("basic"), connectivities.get("merge-and-run")) for width in (16, 32, 64))
    assert compose(Staged(Stem(16), stages), input_shape=(3, 32, 32), classes=10).genome().width == 2 * 64


def test_the_classes_do_not_widen(grow: Grow) -> None:
    nodes = [
        *convs(grow, ("a", 8, "input")),
        Node("scores", ops.Conv2d(500), ("a",)),
        Node("pool", ops.GlobalAvgPool2d(), ("scores",)),
    ]
    ends = [Node("flat", ops.Flatten(), ("pool",)), Node("output", ops.Output(), ("flat",))]
    assert Genome([Node("input", ops.Input((3, 6, 6))), *nodes, *ends]).width == 8


def test_without_convolutions_features_are_the_width() -> None:
    layers = [Node("a", ops.Linear(30), ("input",)), Node("b", ops.Linear(20), ("a",)), Node("c", ops.Linear(50), ("b",))]
    assert Genome([Node("input", ops.Input((7,))), *layers, Node("output", ops.Output(), ("c",))]).width == 30


def test_an_auxiliary_head_does_not_widen(grow: Grow) -> None:
    nodes = [Node("input", ops.Input((3, 6, 6))), Node("a", ops.Conv2d(4), ("input",)), Node("wide", ops.Conv2d(99), ("a",))]
    nodes += [Node("more", ops.Conv2d(99), ("wide",)), Node("b", ops.Conv2d(2), ("a",))]
    nodes += [Node("auxiliary", ops.Output(), ("more",)), Node("output", ops.Output(), ("b",))]
    assert Genome(nodes, ["output", "auxiliary"]).width == 4


@pytest.mark.parametrize(
    ("genome", "width"),
    [
        (alexnet(), 384),  # conv3
        (vgg(), 512),
        (googlenet(), 1024),  # inception 5b: 384 + 384 + 128 + 128
        (resnet(depth=50), 2048),
        (wide_resnet(depth=28, widen=10), 640),
    ],
)
def test_widths_of_published_networks(genome: Genome, width: int) -> None:
    assert genome.width == width
