"""Upsampling, transposed convolution and cropping, by hand and against each other."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nas.genome import Genome, Node, Op, ops
from nas.network import build


def network(shape: tuple[int, ...], *layers: Op) -> nn.Module:
    nodes = [Node("image", ops.Input(shape))]
    for number, op in enumerate([*layers, ops.Output()]):
        nodes.append(Node(f"node{number}", op, (nodes[-1].name,)))
    return build(Genome(nodes))


def test_nearest_repeats_each_pixel() -> None:
    answer = network((1, 1, 2), ops.Upsample((2, 3)))(torch.tensor([[[[1.0, 2.0]]]]))
    assert answer[0, 0].tolist() == [[1, 1, 1, 2, 2, 2]] * 2


def test_bilinear_is_between_the_centres_of_the_pixels() -> None:
    # Centres of the new pixels at -1/4, 1/4, 3/4, 5/4 of the old: before the first and behind the last they are those.
    answer = network((1, 1, 2), ops.Upsample((1, 2), mode="bilinear"))(torch.tensor([[[[1.0, 2.0]]]]))
    torch.testing.assert_close(answer, torch.tensor([[[[1.0, 1.25, 1.75, 2.0]]]]))


def test_a_crop_is_a_window_of_the_image() -> None:
    x = torch.arange(20.0).view(1, 1, 4, 5)
    assert network((1, 4, 5), ops.Crop((2, 3), (1, 2)))(x)[0, 0].tolist() == [[7, 8, 9], [12, 13, 14]]


TRANSPOSED = [
    ops.ConvTranspose2d(6),
    ops.ConvTranspose2d(4, kernel=(3, 2), stride=(3, 2), padding=(1, 0), output_padding=(2, 1), groups=2, bias=True),
    ops.ConvTranspose2d(2, kernel=3, stride=1, padding=2),
]


@pytest.mark.parametrize("op", TRANSPOSED, ids=repr)
def test_a_transposed_convolution_is_the_gradient_of_a_convolution(op: ops.ConvTranspose2d) -> None:
    model = network((4, 6, 5), op)
    weight = model.get_parameter("node0.weight")
    x = torch.randn(2, 4, 6, 5, generator=torch.Generator().manual_seed(0))
    answer = model(x)
    image = torch.zeros_like(answer, requires_grad=True)
    convolved = F.conv2d(image, weight, stride=op.stride, padding=op.padding, groups=op.groups)
    (expected,) = torch.autograd.grad(convolved, image, x)
    torch.testing.assert_close(answer, expected)


@pytest.mark.parametrize("by", [2, 3, 4, 8])
def test_a_fresh_transposed_convolution_interpolates_each_channel(by: int) -> None:
    # Long et al. 2015: within the image it is bilinear interpolation; cropped by (kernel - by) / 2 as FCN crops its scores.
    kernel = 2 * by - by % 2
    x = torch.randn(1, 3, 5, 6, generator=torch.Generator().manual_seed(0))
    answer = network((3, 5, 6), ops.ConvTranspose2d(3, kernel=kernel, stride=by, padding=(kernel - by) // 2))(x)
    expected = F.interpolate(x, scale_factor=by, mode="bilinear")
    inner = slice(by, -by)
    torch.testing.assert_close(answer[:, :, inner, inner], expected[:, :, inner, inner])


def test_in_groups_and_by_unequal_factors_it_interpolates_too() -> None:
    x = torch.randn(1, 4, 5, 6, generator=torch.Generator().manual_seed(0))
    answer = network((4, 5, 6), ops.ConvTranspose2d(4, (4, 1), (2, 1), (1, 0), groups=2))(x)
    expected = F.interpolate(x, scale_factor=(2, 1), mode="bilinear")
    torch.testing.assert_close(answer[:, :, 2:-2], expected[:, :, 2:-2])
