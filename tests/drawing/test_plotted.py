"""Charts as files, by Matplotlib."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.numbers import Axis
from nas.drawing.plotted import check_folder, plotted, write_figures
from nas.errors import InputError, MissingExtraError

X, Y = Axis.over("params", [1e3, 1e6]), Axis.over("error", [0.1, 0.4])
CHART = Chart(
    "Costs $5$ & more",
    X,
    Y,
    [Dot(1e4, 0.2, "one", Look("front"), "#1"), Dot(1e5, 0.3, "two", Look("rest", hollow=True))],
    [Line(((1e3, 0.1), (1e4, 0.2)), Look("c5", dashed=True), filled=True)],
    [Key("on the front", Look("front")), Key("budget", Look("c5", dashed=True), line=True)],
)


def test_each_figure_is_a_png_and_an_svg_with_letters(tmp_path):
    written = write_figures({"one": [CHART], "two": [CHART, CHART]}, tmp_path / "new" / "figures")
    assert [path.name for path in written] == ["one.png", "one.svg", "two.png", "two.svg"]
    assert sorted(path.name for path in (tmp_path / "new" / "figures").iterdir()) == [path.name for path in written]
    texts = [element.text for element in ET.parse(written[1]).iter() if element.tag.endswith("}text")]
    assert {"Costs $5$ & more", "on the front", "params (log scale)", "#1", "10k"} <= set(texts)
    with Image.open(written[0]) as one, Image.open(written[2]) as two:
        assert two.size == (2 * one.width, one.height)


def test_the_same_chart_gives_the_same_file(tmp_path):
    first, second = (write_figures({"one": [CHART]}, tmp_path / name) for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_dots_and_axes_are_those_of_the_chart():
    (place,) = plotted([CHART]).axes
    dots = [line for line in place.get_lines() if line.get_linestyle() == "None"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in dots] == [(1e4, 0.2), (1e5, 0.3)]
    assert place.get_xlim() == pytest.approx((X.low, X.high))
    assert place.get_xscale() == "log"
    assert [text.get_text() for text in place.get_xticklabels()] == [X.show(tick) for tick in X.ticks()]


def test_no_figure_is_kept_when_it_is_drawn(tmp_path):
    write_figures({"one": [CHART]}, tmp_path)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_a_file_is_no_folder_for_figures(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file is a file; figures need a folder: name another with --figures"):
        check_folder(tmp_path / "file")


def test_without_matplotlib_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'deepwide\[figures\]'"):
        check_folder(tmp_path)
