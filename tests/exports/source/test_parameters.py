"""Which numbers become arguments of a constructor, and what they are called."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nas import zoo
from nas.exports.source.parameters import Place, plan
from nas.exports.source.words import Argument

sys.path.insert(0, str(Path(__file__).parent))

from reading import text_of


def conv(ins: int, outs: int, kernel: int, stride: int) -> list[Place]:
    channels = [Argument("in_channels", ins, "channels"), Argument("out_channels", outs, "channels")]
    numbers = [Argument("kernel_size", kernel, "kernel_size"), Argument("stride", stride, "stride")]
    padding = Argument("padding", kernel // 2, "padding")
    return [Place(("conv",), argument, called=True) for argument in (*channels, *numbers, padding)]


def planned(*convs: tuple[int, int, int, int]) -> tuple[list[str], list[str | None]]:
    entering, leaving = [[(each[0], 8, 8)] for each in convs], [[(each[1], 8, 8)] for each in convs]
    found = plan([conv(*each) for each in convs], entering, leaving)
    return [parameter.name for parameter in found.parameters], list(found.texts)


def test_numbers_that_are_alike_everywhere_are_no_parameters() -> None:
    assert planned((3, 16, 3, 1), (3, 16, 3, 1)) == ([], [None] * 5)


def test_channels_that_come_in_and_go_out_are_named_so() -> None:
    assert planned((3, 16, 3, 1), (16, 32, 3, 1)) == (
        ["in_channels", "out_channels"],
        ["in_channels", "out_channels", None, None, None],
    )


def test_equal_channels_are_one_parameter() -> None:
    assert planned((16, 16, 3, 1), (32, 32, 3, 1)) == (["channels"], ["channels", "channels", None, None, None])


def test_padding_follows_from_the_kernel_where_it_does() -> None:
    names, texts = planned((8, 8, 3, 1), (8, 8, 5, 1))
    assert names == ["kernel_size"] and texts[-1] == "kernel_size // 2"


def test_a_stride_is_1_where_none_is_given() -> None:
    places = [conv(8, 8, 3, 1), conv(8, 8, 3, 2)]
    found = plan(places, [[(8, 4, 4)]] * 2, [[(8, 4, 4)]] * 2)
    assert [(each.name, each.default) for each in found.parameters] == [("stride", 1)]


@pytest.mark.parametrize("names", [{"taken": ("rate",)}, {"attributes": ("rate",)}])
def test_what_forward_reads_too_is_kept_under_a_name_that_modules_leave_free(names: dict[str, tuple[str]]) -> None:
    places = [[Place(("dropout",), Argument("rate", rate, "rate"), called=False)] for rate in (0.1, 0.2)]
    found = plan(places, [[(8, 4, 4)]] * 2, [[(8, 4, 4)]] * 2, **names)
    assert [(each.name, each.kept) for each in found.parameters] == [("rate2", True)] and found.texts == ("self.rate2",)


def test_the_inner_channels_of_a_bottleneck_follow_from_the_outer_ones() -> None:
    text = text_of(zoo.resnet(depth=50, input_shape=(3, 32, 32)))
    # He et al. 2016, table 1: 64 and 256, 128 and 512, ...
    assert "nn.Conv2d(channels, channels // 4, 1, bias=False)" in text
