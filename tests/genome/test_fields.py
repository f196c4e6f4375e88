"""Receptive fields, against published ones and hand computations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.genome import Genome, Node, Op, ops
from nas.zoo.alexnet import alexnet
from nas.zoo.fcn import fcn
from nas.zoo.fractalnet import fractalnet
from nas.zoo.googlenet import googlenet
from nas.zoo.inception_resnet import inception_resnet_v2
from nas.zoo.inception_v2 import inception_v2
from nas.zoo.inception_v3 import inception_v3
from nas.zoo.inception_v4 import inception_v4
from nas.zoo.lenet import lenet5
from nas.zoo.resnet import resnet
from nas.zoo.vgg import vgg


@pytest.mark.parametrize(
    ("genome", "field"),
    [
        # Araujo, Norris and Sim 2019, distill.00021, the table of modern networks.
        (alexnet(), 195),
        (vgg(config="D"), 212),
        (resnet(depth=50), 483),
        (resnet(depth=101), 1027),
        (resnet(depth=152), 1507),
        (inception_v2(), 699),
        (inception_v3(), 1311),
        (inception_v4(), 2071),
        (inception_resnet_v2(), 3039),
        # Long et al. 2015, arXiv:1411.4038, table 1.
        (fcn(trunk="vgg", deconvolution=False), 404),
        (fcn(trunk="alexnet", deconvolution=False), 355),
        # By hand: four 3x3 convolutions and a 2x2 pooling at 1, 2, 4, 8 and 16 pixels a step, 1 + 9 * 31.
        (fractalnet(), 280),
        (lenet5(), 32),  # C5 sees the whole image
    ],
)
def test_published_networks_see_the_published_extent(genome: Genome, field: int) -> None:
    assert genome.receptive_field == (field, field)


def test_the_last_convolution_of_vgg_16_sees_196_pixels() -> None:
    genome = vgg(config="D")
    last = [node.name for node in genome.nodes if isinstance(node.op, ops.Conv2d)][-1]
    assert genome.receptive_fields[last] == (196, 196)


def test_googlenet_sees_907_pixels_once_it_is_convolutional() -> None:
    # Long et al. 2015, arXiv:1411.4038, table 1: its last pooling as a 7x7 window of 32 pixels a step.
    field = googlenet().receptive_field
    assert field is not None
    assert field[0] + 6 * 32 == 907


def chain(*middle: Op, shape: tuple[int, ...] = (3, 64, 64)) -> Genome:
    """Operations one behind another, as nodes 1, 2 and so on."""
    nodes = [Node("n0", ops.Input(shape))]
    nodes += [Node(f"n{number}", op, (f"n{number - 1}",)) for number, op in enumerate(middle, start=1)]
    return Genome([*nodes, Node("output", ops.Output(), (nodes[-1].name,))])


def seen(*middle: Op) -> list[int]:
    """The heights that the values of such operations see."""
    fields = chain(*middle).receptive_fields
    return [fields[f"n{number}"][0] for number in range(1, len(middle) + 1)]


def test_the_context_network_sees_exponentially_more() -> None:
    # Yu and Koltun 2016, arXiv:1511.07122, table 1.
    dilations = (1, 1, 2, 4, 8, 16, 1)
    layers = [ops.Conv2d(3, padding=(d, d), dilation=(d, d)) for d in dilations]
    assert seen(*layers) == [3, 5, 9, 17, 33, 65, 67]


def test_height_and_width_are_apart() -> None:
    genome = chain(
        ops.Conv2d(2, (1, 7), padding=(0, 3)),
        ops.Conv2d(2, (5, 1), (1, 2), padding=(2, 0)),
        ops.Conv2d(2, (1, 3), padding=(0, 1)),
    )
    assert [genome.receptive_fields[f"n{i}"] for i in (1, 2, 3)] == [(1, 7), (5, 7), (5, 7 + 2 * 2)]


def test_pools_of_a_stride_multiply_the_steps() -> None:
    pool, conv = ops.MaxPool2d((2, 2), (2, 2)), ops.Conv2d(3)
    assert seen(conv, pool, conv, pool, conv) == [3, 4, 8, 10, 18]  # + 1, + 2 * 2, + 1 * 2, + 2 * 4


def test_upsampling_repeats_pixels() -> None:
    nearest, bilinear = ops.Upsample((2, 2)), ops.Upsample((2, 2), "bilinear")
    # A 3x3 window over doubled pixels takes 2 of them, whatever its place; between centres 2 are mixed, and then 3.
    assert seen(nearest, ops.Conv2d(3)) == [1, 2]
    assert seen(bilinear, ops.Conv2d(3)) == [2, 3]
    # Tripled: the middle one is the pixel itself, the other two are mixed from two.
    assert seen(ops.Upsample((3, 3), "bilinear")) == [2]
    # Down and up again: a value of the doubled image sees the same 2 pixels as one of the pooled image.
    assert seen(ops.MaxPool2d((2, 2), (2, 2)), nearest) == [2, 2]


def test_a_transposed_convolution_sees_those_inputs_whose_window_holds_it() -> None:
    # Kernel 4 and stride 2: 2 windows hold each place; kernel 3: 1 or 2; kernel 2: 1.
    assert seen(ops.ConvTranspose2d(3, (4, 4), (2, 2), (1, 1))) == [2]
    assert seen(ops.ConvTranspose2d(3, (3, 3), (2, 2), (1, 1))) == [2]
    assert seen(ops.ConvTranspose2d(3, (2, 2), (2, 2), (0, 0))) == [1]
    # Four places in a row are in 3 windows of 4 (begins 2 apart), of 2 (begins 2 apart) in 3 as well where they begin odd.
    assert seen(ops.ConvTranspose2d(3, (4, 4), (2, 2), (1, 1)), ops.Conv2d(3, (4, 4), padding=(0, 0)))[1] == 4
    assert seen(ops.ConvTranspose2d(3, (2, 2), (2, 2), (0, 0)), ops.Conv2d(3, (4, 4), padding=(0, 0)))[1] == 3


def test_a_join_sees_all_that_its_lines_see_where_it_lies() -> None:
    left, right = ops.Conv2d(3, (3, 3), padding=(0, 0)), ops.Conv2d(3, (3, 3), padding=(2, 2))
    nodes = [Node("input", ops.Input((3, 8, 8))), Node("a", left, ("input",)), Node("b", right, ("input",))]
    crop = Node("c", ops.Crop((6, 6), (0, 0)), ("b",))
    # Value 0 of a sees pixels 0 to 2, that of b -2 to 0: 5 in all. Cropped by two, both see the same 3.
    for offset, extent in (((0, 0), 5), ((2, 2), 3)):
        crop = Node("c", ops.Crop((6, 6), offset), ("b",))
        genome = Genome([*nodes, crop, Node("sum", ops.Add(), ("a", "c")), Node("output", ops.Output(), ("sum",))])
        assert genome.receptive_field == (extent, extent)


def test_a_join_of_lines_of_different_periods_sees_the_most_of_any_of_its_values() -> None:
    # Value i sees pixels i to i + 2 along one line; along the other, pooled and repeated by 4, the 4 pixels around it:
    # 0 to 3 in all for i = 0, but 0 to 5 for i = 3.
    nodes = [Node("input", ops.Input((3, 8, 8))), Node("a", ops.Conv2d(3, padding=(2, 2)), ("input",))]
    nodes += [Node("b", ops.Crop((8, 8), (2, 2)), ("a",)), Node("c", ops.MaxPool2d((4, 4), (4, 4)), ("input",))]
    nodes += [Node("d", ops.Upsample((4, 4)), ("c",)), Node("sum", ops.Add(), ("b", "d")), Node("output", ops.Output(), ("sum",))]
    assert Genome(nodes).receptive_field == (6, 6)


def test_a_gate_over_the_pooled_image_lets_every_value_see_all_of_it(grow: Callable[..., Genome]) -> None:
    nodes = [Node("conv", ops.Conv2d(4), ("input",)), Node("squeeze", ops.GlobalAvgPool2d(), ("conv",))]
    nodes += [Node("gate", ops.Conv2d(4, (1, 1), padding=(0, 0)), ("squeeze",)), Node("scale", ops.Multiply(), ("conv", "gate"))]
    genome = grow(*nodes)
    assert genome.receptive_fields["conv"] == (3, 3)
    assert genome.receptive_field == genome.receptive_fields["scale"] == (6, 6)


def test_an_operation_of_ones_own_is_seen_through_its_kernel() -> None:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Blur(Op):
        kernel: tuple[int, int] = (5, 5)

        def output_shape(self, inputs):
            return inputs[0]

    Blur.kind = "blur"
    assert seen(Blur(), ops.Conv2d(3)) == [5, 7]


def test_a_flat_input_has_no_field() -> None:
    genome = chain(ops.Linear(3), shape=(5,))
    assert (genome.receptive_field, genome.receptive_fields) == (None, {})
