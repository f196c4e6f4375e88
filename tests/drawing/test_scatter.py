"""The scatter: places of dots and labels."""

from __future__ import annotations

import re

from nas.drawing.numbers import Axis
from nas.drawing.scatter import HEIGHT, WIDTH, Dot, scatter

X, Y = Axis.over("a", [0, 10]), Axis.over("b", [0, 10])


def places(picture):
    return [tuple(map(float, at)) for at in re.findall(r'<g transform="translate\((\S+) (\S+)\)"', picture)]


def test_more_is_further_right_and_further_up():
    picture = scatter([Dot(1, 1, "", "c0"), Dot(9, 8, "", "c0")], x=X, y=Y, alt="")
    (left, low), (right, high) = places(picture)
    assert 0 < left < right < WIDTH
    assert HEIGHT > low > high > 0


def test_labels_that_would_lie_on_each_other_are_left_out_but_the_last():
    dots = [
        Dot(5, 5, "", "front", label="#1"),
        Dot(5.1, 5, "", "front", label="#2"),
        Dot(9, 2, "", "front", label="#3"),
    ]
    assert sorted(re.findall(r"(#\d)</text>", scatter(dots, x=X, y=Y, alt=""))) == ["#2", "#3"]


def test_what_the_picture_shows_is_said_in_words():
    assert 'role="img" aria-label="a &lt; b"' in scatter([], x=X, y=Y, alt="a < b")
