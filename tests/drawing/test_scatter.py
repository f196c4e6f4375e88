"""A chart as SVG: places of dots, lines, labels and ticks."""

from __future__ import annotations

import re

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.numbers import Axis
from nas.drawing.scatter import HEIGHT, MOST_TOLD, WIDTH, scatter, symbol

X, Y = Axis.over("a", [0, 10]), Axis.over("b", [0, 10])
BLUE = Look("c0")


def drawn(*dots: Dot, **more: object) -> str:
    return scatter(Chart("", X, Y, dots, **more))  # type: ignore[arg-type]


def test_more_is_further_right_and_further_up():
    places = re.findall(r'<circle cx="(\S+)" cy="(\S+)"', drawn(Dot(1, 1, "", BLUE), Dot(9, 8, "", BLUE)))
    (left, low), (right, high) = (map(float, place) for place in places)
    assert 0 < left < right < WIDTH
    assert HEIGHT > low > high > 0


def test_a_look_is_a_colour_a_shape_and_a_filling():
    picture = drawn(Dot(1, 1, "one", BLUE), Dot(2, 2, "two", Look("c1", shape=1, hollow=True)))
    assert re.findall('<g class="([^"]*)">', picture) == ["dot full c0", "dot hollow c1"]
    assert re.findall("<title>(.*?)</title></(.*?)>", picture) == [("one", "circle"), ("two", "path")]


def test_of_very_many_dots_none_says_anything():
    dots = [Dot(1, 1, "said", BLUE)] * MOST_TOLD
    assert drawn(*dots).count("said") == MOST_TOLD
    assert drawn(*dots, Dot(1, 1, "said", BLUE)).count("said") == 0


def test_lines_of_one_look_are_one_element_with_gaps():
    lines = [Line(((0, 0), (1, 1)), BLUE), Line(((5, 5), (6, 6)), BLUE), Line(((0, 1), (1, 1)), Look("c1", dashed=True))]
    found = re.findall(r'<path class="line ([^"]*)" d="([^"]*)"', drawn(lines=lines))
    assert [(look, path.count("M")) for look, path in found] == [("c0", 2), ("c1 dashed", 1)]


def test_the_area_below_a_line_is_filled_down_to_the_axis():
    (path,) = re.findall(r'class="area c0" d="M([^"]*)Z"', drawn(lines=[Line(((2, 3), (4, 5)), BLUE, filled=True)]))
    first, *_, last = path.split()
    assert first.split(",")[1] == last.split(",")[1] == re.findall(r"V(\d+)H", drawn())[0]


def test_labels_that_would_lie_on_each_other_are_left_out_but_the_last():
    dots = [Dot(5, 5, "", BLUE, "#1"), Dot(5.1, 5, "", BLUE, "#2"), Dot(9, 2, "", BLUE, "#3")]
    assert sorted(re.findall(r"(#\d)</text>", drawn(*dots))) == ["#2", "#3"]


def test_long_names_of_places_have_room():
    narrow, wide = (scatter(Chart("", X, Axis.named("", [name]), [Dot(0, 0, "", BLUE)])) for name in ("a", 30 * "m"))
    at = [float(re.findall(r'class="axis" d="M(\S+) ', each)[0]) for each in (narrow, wide)]
    assert at[1] - at[0] > 30 * 4
    assert f">{30 * 'm'}</text>" in wide


def test_what_the_picture_shows_is_said_in_words():
    assert 'role="img" aria-label="a &lt; b"' in drawn(alt="a < b")


def test_an_entry_of_a_legend_is_a_dot_or_a_line():
    assert 'class="dot hollow c0"' in symbol(Key("", Look("c0", hollow=True)))
    assert 'class="line c0 dashed"' in symbol(Key("", Look("c0", dashed=True), line=True))
