"""Arguments and inputs that the later operations refuse, and what they say."""

from __future__ import annotations

from typing import Any

import pytest

from nas.errors import GenomeError
from nas.genome import Op, Shape, ops
from nas.genome.op import infer, make

SIDE = "its 6 input channels must be a multiple of"
COLUMNS = "columns must be a list of whole numbers, got"


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        ("conv_transpose2d", {"out_channels": 0}, "out_channels must be a whole number of at least 1, got 0"),
        ("conv_transpose2d", {"out_channels": 4, "groups": 3}, "out_channels (4) must be a multiple of groups (3)"),
        ("conv_transpose2d", {"out_channels": 4, "padding": -1}, "padding must be a whole number of at least 0, got -1"),
        ("conv_transpose2d", {"out_channels": 4, "bias": 1}, "bias must be true or false, got 1"),
        (
            "conv_transpose2d", {"out_channels": 4, "stride": [1, 2], "output_padding": [1, 1]},
            "output_padding (1, 1) must be smaller than stride (1, 2)",
        ),
        ("deform_conv2d", {"out_channels": 4, "kernel": 0}, "kernel must be a whole number of at least 1, got 0"),
        ("deform_conv2d", {"out_channels": 4, "bias": "no"}, "bias must be true or false, got 'no'"),
        ("deform_conv2d", {"out_channels": 4, "groups": 2}, "operation 'deform_conv2d' has no argument 'groups'"),
        ("local_response_norm", {"size": 0}, "size must be a whole number of at least 1, got 0"),
        ("local_response_norm", {"alpha": -0.1}, "alpha must be a number of at least 0, got -0.1"),
        ("local_response_norm", {"beta": float("nan")}, "beta must be a number of at least 0, got nan"),
        ("local_response_norm", {"k": True}, "k must be a number of at least 0, got True"),
        ("rbf", {"codes": []}, "codes must be a list of texts of + and -"),
        ("rbf", {"codes": "+-"}, "codes must be a list of texts of + and -"),
        ("rbf", {"codes": ["+-", "+"]}, "codes must be texts of + and -, all of one length"),
        ("rbf", {"codes": ["+-", "+x"]}, "codes must be texts of + and -, all of one length"),
        ("rbf", {"codes": [""]}, "codes must be texts of + and -, all of one length"),
        ("scale", {}, "missing 1 required positional argument: 'factor'"),
        ("scale", {"factor": "half"}, "factor must be a number, got 'half'"),
        ("scale", {"factor": float("inf")}, "factor must be a number, got inf"),
        ("spatial_pyramid_pool", {"bins": []}, "bins must be a list of grid sizes, such as [6, 3, 2, 1], got ()"),
        ("spatial_pyramid_pool", {"bins": 3}, "bins must be a list of grid sizes, such as [6, 3, 2, 1], got 3"),
        ("spatial_pyramid_pool", {"bins": [2, 0]}, "bins must be a whole number of at least 1, got 0"),
        ("spatial_pyramid_pool", {"adaptive": "yes"}, "adaptive must be true or false, got 'yes'"),
        ("stochastic_depth", {"survival": 0}, "survival must be above 0 and at most 1, got 0"),
        ("stochastic_depth", {"survival": 1.1}, "survival must be above 0 and at most 1, got 1.1"),
        ("stochastic_depth", {"survival": True}, "survival must be above 0 and at most 1, got True"),
        ("channel_shuffle", {"groups": 0}, "groups must be a whole number of at least 1, got 0"),
        ("channel_split", {"parts": 2, "part": 2}, "part must be below parts (2), got 2"),
        ("channel_split", {"part": -1}, "part must be a whole number of at least 0, got -1"),
        ("channel_select", {"channels": []}, "channels must be a list of channel numbers, got ()"),
        ("channel_select", {"channels": [0, -1]}, "channels must be a whole number of at least 0, got -1"),
        ("pad_channels", {"out_channels": 1.5}, "out_channels must be a whole number of at least 1, got 1.5"),
        ("upsample", {"scale": 0}, "scale must be a whole number of at least 1, got 0"),
        ("upsample", {"mode": "bilinaer"}, "mode must be one of nearest, bilinear, got 'bilinaer'; did you mean 'bilinear'?"),
        ("crop", {"size": 0}, "size must be a whole number of at least 1, got 0"),
        ("crop", {"size": 2, "offset": -1}, "offset must be a whole number of at least 0, got -1"),
        ("highway_gate", {"bias": "low"}, "bias must be a number, got 'low'"),
        ("fractal_join", {"columns": [0], "of": 0}, "of must be a whole number of at least 1, got 0"),
        ("fractal_join", {"columns": 0, "of": 2}, f"{COLUMNS} 0"),
        ("fractal_join", {"columns": ["0"], "of": 2}, f"{COLUMNS} ('0',)"),
        ("fractal_join", {"columns": [0.0, 1.0], "of": 2}, f"{COLUMNS} (0.0, 1.0)"),
        ("fractal_join", {"columns": [[0]], "of": 2}, f"{COLUMNS} ([0],)"),
        ("fractal_join", {"columns": [1, 0], "of": 2}, "columns must be different numbers, the shallowest first, got (1, 0)"),
        ("fractal_join", {"columns": [], "of": 2}, "columns must be numbers from 0 to 1, got ()"),
        ("fractal_join", {"columns": [0, 2], "of": 2}, "columns must be numbers from 0 to 1, got (0, 2)"),
        ("fractal_join", {"columns": [0], "of": 2, "drop": 1.0}, "drop must be at least 0 and below 1, got 1.0"),
        ("fractal_join", {"columns": [0], "of": 2, "global_share": 2}, "global_share must be from 0 to 1, got 2"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_refused(kind: str, values: dict[str, Any], text: str) -> None:
    with pytest.raises(GenomeError) as caught:
        make(kind, values)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("op", "inputs", "text"),
    [
        (ops.ConvTranspose2d(4, groups=4), [(6, 5, 5)], f"{SIDE} groups (4)"),
        (ops.ConvTranspose2d(4, kernel=1, stride=1, padding=2), [(6, 4, 4)], "nothing is left of the image"),
        (ops.DeformConv2d(4, kernel=7, padding=0), [(6, 5, 5)], "nothing is left of the image"),
        (ops.ChannelShuffle(4), [(6, 5, 5)], f"{SIDE} groups (4)"),
        (ops.ChannelSplit(4), [(6, 5, 5)], f"{SIDE} parts (4)"),
        (ops.ChannelSelect((0, 6)), [(6, 5, 5)], "there is no channel 6 among its 6 input channels"),
        (ops.PadChannels(5), [(6, 5, 5)], "its 6 input channels are more than out_channels (5)"),
        (ops.Crop((3, 4), (0, 2)), [(6, 5, 5)], "a window of 4 at 2 reaches beyond the image's width (5)"),
        (ops.Crop((6, 4)), [(6, 5, 5)], "a window of 6 at 0 reaches beyond the image's height (5)"),
        (ops.Rbf(("+-",)), [(3,)], "takes a flat input of 2 features, as its codes have, got (3,)"),
        (ops.SpatialPyramidPool((6,)), [(6, 5, 5)], "a grid of 6x6 bins does not fit into 5x5 pixels"),
        (
            ops.SpatialPyramidPool((4,)), [(6, 7, 8)],
            "on 7 pixels the paper's windows give no grid of 4; set adaptive, or take other bins",
        ),
        (ops.HighwayGate(), [(6, 5, 5)] * 2, "takes 3 input(s), got 2"),
        (ops.HighwayGate(), [(6, 5, 5), (6, 5, 5), (4, 5, 5)], "takes inputs of one shape, got (6, 5, 5) and (4, 5, 5)"),
        (ops.FractalJoin((0, 1), 2), [(6, 5, 5)], "takes an input for each of its columns (0, 1), got 1"),
        (ops.FractalJoin((0, 1), 2), [(6, 5, 5), (6, 4, 4)], "takes inputs of one shape, got (6, 5, 5) and (6, 4, 4)"),
    ],
    ids=repr,
)  # fmt: skip
def test_inputs_that_do_not_fit_are_refused(op: Op, inputs: list[Shape], text: str) -> None:
    with pytest.raises(GenomeError) as caught:
        infer(op, tuple(inputs))
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "op",
    [
        ops.ConvTranspose2d(4), ops.DeformConv2d(4), ops.LocalResponseNorm(), ops.ChannelAffine(), ops.SpatialPyramidPool(),
        ops.ChannelShuffle(), ops.ChannelSplit(), ops.ChannelSelect((0,)), ops.PadChannels(9), ops.Upsample(), ops.Crop(1),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_flat_is_no_image(op: Op) -> None:
    with pytest.raises(GenomeError, match=r"takes an image \(channels, height, width\), got \(8,\)"):
        infer(op, ((8,),))
