"""Deformable convolution against loops over every tap of every pixel, written from the paper's equations."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.genome import Genome, Node, ops
from nas.network import build

OPS = [
    ops.DeformConv2d(3),
    ops.DeformConv2d(4, kernel=(3, 2), stride=(2, 1), padding=(2, 0), dilation=(1, 3), bias=True),
    ops.DeformConv2d(2, kernel=1, stride=2, padding=0),
]


def network(op: ops.DeformConv2d, *, offsets: float) -> nn.Module:
    """Offsets of about so many pixels."""
    nodes = [Node("image", ops.Input((3, 7, 6))), Node("conv", op, ("image",)), Node("answer", ops.Output(), ("conv",))]
    model, draw = build(Genome(nodes)).double(), torch.Generator().manual_seed(0)
    for name, weight in model.named_parameters():
        if "offset" in name:
            weight.data += offsets * torch.randn(weight.shape, generator=draw).double()
        elif name.endswith("bias"):
            weight.data += torch.randn(weight.shape, generator=draw).double()
    return model


def images() -> Tensor:
    return torch.randn(2, 3, 7, 6, generator=torch.Generator().manual_seed(1)).double()


def value(image: Tensor, y: float, x: float) -> Tensor:
    """Equations 3 and 4: the sum over the pixels q of max(0, 1 - |q - p|) along both sides; (channels,)."""
    total = torch.zeros(image.shape[0]).double()
    for row in (math.floor(y), math.floor(y) + 1):
        for column in (math.floor(x), math.floor(x) + 1):
            if 0 <= row < image.shape[1] and 0 <= column < image.shape[2]:
                total += max(0.0, 1 - abs(row - y)) * max(0.0, 1 - abs(column - x)) * image[:, row, column]
    return total


def by_loops(op: ops.DeformConv2d, image: Tensor, offset: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Equation 2, for one image. offset: (2 * taps, high, wide)."""
    result = torch.zeros(op.out_channels, *offset.shape[1:]).double()
    for i in range(offset.shape[1]):
        for j in range(offset.shape[2]):
            for a in range(op.kernel[0]):
                for b in range(op.kernel[1]):
                    tap = a * op.kernel[1] + b
                    y = i * op.stride[0] - op.padding[0] + a * op.dilation[0] + offset[2 * tap, i, j].item()
                    x = j * op.stride[1] - op.padding[1] + b * op.dilation[1] + offset[2 * tap + 1, i, j].item()
                    result[:, i, j] += weight[:, :, a, b] @ value(image, y, x)
    return result if bias is None else result + bias[:, None, None]


@pytest.mark.parametrize("size", [0.3, 3.0])
@pytest.mark.parametrize("op", OPS, ids=repr)
def test_it_computes_what_loops_compute_near_the_taps_and_far_beyond_the_image(op: ops.DeformConv2d, size: float) -> None:
    model, x = network(op, offsets=size), images()
    layer = model.get_submodule("conv")
    offsets = F.conv2d(x, layer.offset.weight, layer.offset.bias, op.stride, op.padding, op.dilation)
    assert offsets.abs().max() > size
    expected = torch.stack([by_loops(op, *each, layer.weight, layer.bias) for each in zip(x, offsets, strict=True)])
    torch.testing.assert_close(model(x), expected)


@pytest.mark.parametrize("op", OPS, ids=repr)
def test_a_fresh_one_is_the_plain_convolution(op: ops.DeformConv2d) -> None:
    model, x = network(op, offsets=0.0), images()
    layer = model.get_submodule("conv")
    assert all(weight.count_nonzero() == 0 for weight in layer.offset.parameters())
    torch.testing.assert_close(model(x), F.conv2d(x, layer.weight, layer.bias, op.stride, op.padding, op.dilation))
    torch.testing.assert_close(model.float()(x.float()).double(), model.double()(x), rtol=1e-4, atol=1e-5)


def test_fresh_offsets_learn() -> None:
    model = network(OPS[0], offsets=0.0)
    model(images()).square().sum().backward()
    assert model.get_parameter("conv.offset.weight").grad.count_nonzero() > 0


def test_its_weights_have_names_of_their_own() -> None:
    names = {name: tuple(weight.shape) for name, weight in network(OPS[1], offsets=0.0).state_dict().items()}
    assert names == {
        "conv.weight": (4, 3, 3, 2),
        "conv.bias": (4,),
        "conv.offset.weight": (2 * 3 * 2, 3, 3, 2),
        "conv.offset.bias": (2 * 3 * 2,),
    }
