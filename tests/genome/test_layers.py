"""Shapes, params and macs of single operations against torch."""

from __future__ import annotations

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from nas.errors import GenomeError
from nas.genome import Op, Shape, ops
from nas.genome.op import infer


def meta(*shape: int) -> torch.Tensor:
    return torch.empty(1, *shape, device="meta")


def shape_of(op: Op, shape: Shape) -> Shape | None:
    """What `op` puts out, None where it refuses."""
    try:
        return infer(op, (shape,)).shape
    except GenomeError:
        return None


def torch_shape(compute: object, *values: object) -> Shape | None:
    try:
        result = compute(*values)  # type: ignore[operator]
    except RuntimeError:  # torch's own refusal: a window larger than the image, or nothing left
        return None
    return tuple(result.shape[1:]) if min(result.shape) > 0 else None


GRID = itertools.product((5, 6, 7, 11), (3, 8), (1, 2, 3), (2, 3), (1, 2, 3), (0, 1), (False, True))


def test_pools_have_torchs_shapes_floor_and_ceil() -> None:
    checked = 0
    for high, wide, kernel, other, stride, padding, ceil in GRID:
        if 2 * padding > min(kernel, other):
            continue
        arguments = ((kernel, other), (stride, stride), (padding, padding))
        for op, compute in (
            (ops.MaxPool2d(*arguments, ceil), lambda *a, ceil=ceil: torch.max_pool2d(*a, (1, 1), ceil)),
            (ops.AvgPool2d(*arguments, ceil), lambda *a, ceil=ceil: F.avg_pool2d(*a, ceil)),
        ):
            assert shape_of(op, (2, high, wide)) == torch_shape(compute, meta(2, high, wide), *arguments), (op, high, wide)
            checked += 1
    assert checked > 600


def test_a_ceil_pool_has_no_window_that_starts_in_the_padding() -> None:
    # 3 pixels, kernel 2, stride 2, padding 1: ceil((3 + 2 - 2) / 2) + 1 = 3 windows, of which the third would start at pixel 3.
    assert infer(ops.MaxPool2d(2, 2, 1, True), ((1, 3, 3),)).shape == (1, 2, 2)


CONVS = [
    ops.Conv2d(6),
    ops.Conv2d(6, kernel=(1, 7), padding=(0, 3)),
    ops.Conv2d(6, kernel=(7, 1), stride=(2, 1), padding=(3, 0)),
    ops.Conv2d(8, kernel=3, padding=4, dilation=4, bias=True),
    ops.Conv2d(8, kernel=(3, 5), stride=(3, 2), padding=(1, 0), dilation=(2, 1), groups=4),
    ops.Conv2d(4, groups=4, stride=2),
    ops.Conv2d(2, kernel=5, padding=0, dilation=2),
]


@pytest.mark.parametrize("op", CONVS)
def test_a_convolution_has_torchs_shape_params_and_macs(op: ops.Conv2d) -> None:
    layer = nn.Conv2d(4, op.out_channels, op.kernel, op.stride, op.padding, op.dilation, op.groups, op.bias, device="meta")
    for high, wide in ((9, 13), (12, 10), (15, 15)):
        fact = infer(op, ((4, high, wide),))
        with FlopCounterMode(display=False) as counter:
            result = layer(meta(4, high, wide))
        assert fact.shape == tuple(result.shape[1:])
        assert fact.params == sum(p.numel() for p in layer.parameters())
        assert fact.macs == counter.get_total_flops() // 2


TRANSPOSED = [
    ops.ConvTranspose2d(6),
    ops.ConvTranspose2d(6, kernel=(1, 5), stride=(1, 3), padding=(0, 2), output_padding=(0, 2), bias=True),
    ops.ConvTranspose2d(8, kernel=(3, 2), stride=(2, 4), padding=(0, 1), output_padding=(1, 3), groups=4),
    ops.ConvTranspose2d(21, kernel=64, stride=32, padding=0),
]


@pytest.mark.parametrize("op", TRANSPOSED)
def test_a_transposed_convolution_has_torchs_shape_params_and_macs(op: ops.ConvTranspose2d) -> None:
    window = (op.kernel, op.stride, op.padding, op.output_padding)
    layer = nn.ConvTranspose2d(4, op.out_channels, *window, op.groups, op.bias, device="meta")
    for high, wide in ((3, 5), (8, 7), (1, 2)):
        fact = infer(op, ((4, high, wide),))
        with FlopCounterMode(display=False) as counter:
            result = layer(meta(4, high, wide))
        assert fact.shape == tuple(result.shape[1:])
        assert fact.params == sum(p.numel() for p in layer.parameters())
        assert fact.macs == counter.get_total_flops() // 2


def test_a_deformable_convolution_costs_two_convolutions() -> None:
    fact = infer(ops.DeformConv2d(8, kernel=(3, 2), stride=2, padding=1), ((4, 9, 7),))
    # 9 -> 5 rows, 7 -> (7 + 2 - 2) // 2 + 1 = 4 columns; 2 * 6 offsets at each, with a bias
    assert fact.shape == (8, 5, 4)
    assert fact.params == 8 * 4 * 6 + (12 * 4 * 6 + 12)
    assert fact.macs == (8 + 12) * 4 * 6 * 5 * 4


def test_gains_and_biases_of_channels_are_counted_and_codes_are_not() -> None:
    assert infer(ops.ChannelAffine(), ((6, 14, 14),)).params == 12  # S2 of LeNet-5
    assert infer(ops.Rbf(("+-+", "--+")), ((3,),))[:3] == ((2,), 0, 0)


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer_has_torchs_params_and_macs(bias: bool) -> None:
    layer = nn.Linear(7, 5, bias=bias, device="meta")
    with FlopCounterMode(display=False) as counter:
        layer(meta(7))
    fact = infer(ops.Linear(5, bias=bias), ((7,),))
    assert (fact.params, fact.macs) == (sum(p.numel() for p in layer.parameters()), counter.get_total_flops() // 2)


def test_a_norm_counts_gain_and_bias_and_no_running_statistics() -> None:
    assert infer(ops.BatchNorm2d(), ((8, 4, 4),)).params == sum(p.numel() for p in nn.BatchNorm2d(8).parameters()) == 16
    assert infer(ops.BatchNorm2d(affine=False), ((8, 4, 4),)).params == 0


def test_ints_are_widened_to_pairs_so_that_equal_operations_are_equal() -> None:
    assert ops.Conv2d(4, kernel=3) == ops.Conv2d(4, kernel=(3, 3))
    assert hash(ops.Conv2d(4, kernel=3)) == hash(ops.Conv2d(4))


def test_a_product_scales_channels() -> None:
    assert infer(ops.Multiply(), ((4, 1, 1), (4, 6, 6))).shape == (4, 6, 6)
    with pytest.raises(GenomeError, match=r"got \(4, 6, 6\) and \(3, 1, 1\)"):
        infer(ops.Multiply(), ((4, 6, 6), (3, 1, 1)))


def test_a_concatenation_adds_channels_and_needs_one_size() -> None:
    assert infer(ops.Concat(), ((4, 6, 6), (3, 6, 6))).shape == (7, 6, 6)
    assert infer(ops.Concat(), ((4,), (3,))).shape == (7,)
    with pytest.raises(GenomeError, match="one height and width"):
        infer(ops.Concat(), ((4, 6, 6), (4, 6, 5)))


def test_what_is_flat_is_no_image() -> None:
    with pytest.raises(GenomeError, match=r"takes an image \(channels, height, width\), got \(8,\)"):
        infer(ops.Conv2d(4), ((8,),))
