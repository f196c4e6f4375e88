"""Xception against its table 3 and figure 5 (arXiv:1610.02357)."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome
from nas.genome.convolution import Conv2d
from nas.zoo.catalogue import find
from nas.zoo.xception import xception


@pytest.fixture(scope="module")
def genome() -> Genome:
    return xception()


def test_params_are_those_of_table_3(genome: Genome) -> None:
    assert genome.params == 22_855_952
    assert find("xception").agreement() == {"params": True}


def test_macs(genome: Genome) -> None:
    assert genome.macs == 8_357_403_496


def test_it_has_36_convolutions_in_14_modules(genome: Genome) -> None:
    # Section 3: without the projections; a separable convolution counts once. All modules but the first and the last
    # have a residual connection.
    depthwise = [node for node in genome.nodes if isinstance(node.op, Conv2d) and node.op.groups > 1]
    assert len(depthwise) == 34
    assert [node.name for node in genome.nodes if "entry/conv" in node.name and node.op.kind == "conv2d"] == [
        "entry/conv1/conv",
        "entry/conv2/conv",
    ]
    assert sum(node.op.kind == "add" for node in genome.nodes) == 14 - 2


def test_both_halves_of_a_separable_convolution_count_as_layers(genome: Genome) -> None:
    assert genome.depth == 2 + 2 * 34 + 1


@pytest.mark.parametrize(
    ("node", "shape"),
    [
        ("entry/conv1/act", (32, 149, 149)),
        ("entry/conv2/act", (64, 147, 147)),
        ("entry/block1/sum", (128, 74, 74)),
        ("entry/block2/sum", (256, 37, 37)),
        ("entry/block3/sum", (728, 19, 19)),
        ("middle/block8/sum", (728, 19, 19)),
        ("exit/block1/sum", (1024, 10, 10)),
        ("exit/act2", (2048, 10, 10)),
    ],
)
def test_shapes_of_figure_5(genome: Genome, node: str, shape: tuple[int, int, int]) -> None:
    assert genome.shapes[node] == shape


def test_relu_comes_in_front_of_all_separable_convolutions_but_the_first(genome: Genome) -> None:
    # Behind the depthwise half nothing stands; the first module takes the activated line of the convolution before it.
    fronts = [node.inputs[0] for node in genome.nodes if node.name.endswith("/depthwise")]
    assert fronts[0] == "entry/conv2/act"
    kinds = [genome[name].op.kind for name in fronts]
    # Only the second of the two last ones follows the activation of the first, and only the first follows a sum.
    assert kinds == ["activation"] * 32 + ["add", "activation"]
    assert all(genome[n.inputs[0]].op.kind == "conv2d" for n in genome.nodes if n.name.endswith("/pointwise"))


def test_an_activation_between_the_halves() -> None:
    # Section 4.7. Each of the 34 brings a norm of the channels that come in; here 1 + 1 + 3 + 2 + 2 = 9 of them.
    plain, between = (xception(entry=(16,), middle=1, between=function, classes=10) for function in ("", "elu"))
    channels = 64 + 16 + 3 * 16 + 16 + 16 + 1024 + 1536
    assert between.params - plain.params == 2 * channels
    assert between["entry/block1/separable1/act1"].op.kind == "activation"


def test_other_flows_images_and_classes() -> None:
    genome = xception(entry=(32, 48), middle=0, input_shape=(1, 65, 80), classes=7)
    assert genome.depth == 2 + 2 * (2 + 2 + 2 + 2) + 1
    assert genome.classes == 7


def test_what_is_not_admissible_is_refused() -> None:
    with pytest.raises(GenomeError, match="middle must be a whole number of at least 0, got -1"):
        xception(middle=-1)
    with pytest.raises(GenomeError, match="'rely' is not an activation; did you mean 'relu'"):
        xception(between="rely")
    with pytest.raises(GenomeError, match=r"node 'entry/conv2/conv' \(conv2d\): puts out"):
        xception(input_shape=(3, 5, 5))
