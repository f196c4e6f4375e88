"""A chart as a Plotly figure."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.colours import DARK, LIGHT
from nas.drawing.interactive import SYMBOLS, interactive
from nas.drawing.numbers import Axis
from nas.drawing.plotted import MARKERS
from nas.drawing.scatter import SHAPES

X, Y = Axis.over("params", [1e3, 1e6]), Axis.over("error", [0.1, 0.4])
BLUE, OPEN = Look("c0"), Look("c1", shape=1, hollow=True)
CHART = Chart(
    "Title",
    X,
    Y,
    [Dot(1e4, 0.2, '<b>"one"</b>', BLUE, "#1"), Dot(1e5, 0.3, "two", OPEN), Dot(2e4, 0.25, "three", BLUE)],
    [Line(((1e3, 0.1), (1e4, 0.2)), BLUE), Line(((1e5, 0.1), (1e6, 0.2)), BLUE)],
    [Key("blue", BLUE), Key("joined", BLUE, line=True)],
)


def test_plotly_takes_it():
    figure = go.Figure(interactive(CHART, title=True))
    assert figure.layout.title.text == "Title"
    assert [trace.mode for trace in figure.data] == ["lines", "markers", "markers+text"]


def test_dots_of_one_look_are_one_trace_and_the_last_lie_on_top():
    _, squares, circles = interactive(CHART)["data"]
    assert (circles["x"], circles["y"], circles["name"]) == ([1e4, 2e4], [0.2, 0.25], "blue")
    assert (squares["marker"]["symbol"], circles["marker"]["symbol"]) == ("square-open", "circle")
    assert circles["marker"]["color"] == LIGHT["c0"]


def test_lines_of_one_look_are_one_trace_with_gaps():
    line, *_ = interactive(CHART)["data"]
    assert line["x"] == [1e3, 1e4, None, 1e5, 1e6]
    assert line["name"] == "joined"


def test_texts_are_no_tags_for_plotly_which_knows_no_entity_for_quotes():
    texts = interactive(CHART)["data"][2]["hovertext"]
    assert texts == ['&lt;b&gt;"one"&lt;/b&gt;', "three"]


def test_hollow_dots_without_an_entry_of_their_own_are_called_as_the_full_ones():
    (trace,) = interactive(Chart("", X, Y, [Dot(1e4, 0.2, "", OPEN)], legend=[Key("open", OPEN._replace(hollow=False))]))["data"]
    assert trace["name"] == "open"


def test_axes_have_the_range_and_the_ticks_of_the_other_drawings():
    layout = interactive(CHART)["layout"]
    assert layout["xaxis"]["type"] == "log"
    assert layout["xaxis"]["range"] == pytest.approx([2.7, 6.3])
    assert layout["xaxis"]["ticktext"] == ["1k", "10k", "100k", "1M"]
    assert layout["yaxis"]["ticktext"] == [Y.show(tick) for tick in Y.ticks()]


def test_colours_are_those_that_it_is_given():
    assert interactive(CHART, DARK)["data"][0]["line"]["color"] == DARK["c0"]


def test_the_three_drawings_have_as_many_shapes():
    assert len(SYMBOLS) == len(MARKERS) == len(SHAPES)
