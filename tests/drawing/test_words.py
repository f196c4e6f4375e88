"""What operations are called: as in the figures of the papers."""

from __future__ import annotations

import pytest

from nas.drawing.words import kind, words
from nas.genome import Op, ops


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (ops.Conv2d(64, (7, 7), (2, 2), (3, 3)), "7x7 conv, 64, /2"),
        (ops.Conv2d(64, (1, 7), padding=(0, 3)), "1x7 conv, 64"),
        (ops.Conv2d(64, groups=4), "3x3 conv, 64, 4 groups"),
        (ops.Conv2d(16, groups=16, stride=(2, 1)), "3x3 depthwise conv, 16, /2x1"),
        (ops.Conv2d(64, padding=(4, 4), dilation=(4, 4)), "3x3 conv, 64, dilation 4"),
        (ops.ConvTranspose2d(21), "4x4 transposed conv, 21, x2"),
        (ops.DeformConv2d(64, stride=(2, 2)), "3x3 deformable conv, 64, /2"),
        (ops.MaxPool2d(), "max pool 3x3 /2"),
        (ops.AvgPool2d((3, 3), (1, 1), (1, 1)), "avg pool 3x3"),
        (ops.GlobalAvgPool2d(), "global avg pool"),
        (ops.Linear(1000), "fc, 1000"),
        (ops.BatchNorm2d(), "BN"),
        (ops.Activation("relu"), "ReLU"),
        (ops.Activation("scaled_tanh"), "scaled tanh"),
        (ops.Dropout(0.4), "dropout 0.4"),
        (ops.Add(), "+"),
        (ops.Concat(), "concat"),
        (ops.Upsample((2, 2)), "upsample x2"),
        (ops.Crop((6, 6)), "crop 6x6"),
        (ops.PadChannels(32), "zero-pad to 32"),
        (ops.ChannelSplit(2, 1), "part 2 of 2"),
        (ops.ChannelSelect((0, 3)), "2 of 16 channels"),
    ],
)
def test_operations_have_the_words_of_the_papers(op: Op, text: str) -> None:
    assert words(op, (16, 32, 32)) == text


def test_an_operation_of_ones_own_is_called_by_its_kind() -> None:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Blur(Op):
        def output_shape(self, inputs):
            return inputs[0]

    Blur.kind = "gaussian_blur"
    assert (words(Blur(), (3, 8, 8)), kind(Blur())) == ("gaussian blur", "other")
    Blur.weighted = True
    assert kind(Blur()) == "conv"
