"""Pictures in a file of their own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from nas.drawing.chart import Chart, Dot, Key, Look
from nas.drawing.colours import LIGHT
from nas.drawing.figure import figure
from nas.drawing.numbers import Axis
from nas.drawing.scatter import WIDTH


def chart(colour: str, *, text: str = "") -> Chart:
    axis = Axis.over("a", [0, 10])
    return Chart("", axis, axis, [Dot(1, 1, "", Look(colour))], legend=[Key(text or f"{colour} & more", Look(colour))])


def test_charts_stand_side_by_side_above_their_legends() -> None:
    root = ET.fromstring(figure([chart("c0"), chart("front")]))
    panels = [each for each in root if each.tag.endswith("}g")]
    assert [panel.get("transform") for panel in panels] == ["translate(0 0)", f"translate({WIDTH + 24} 0)"]
    assert [each.text for each in root.iter() if each.get("class") == "entry"] == ["c0 & more", "front & more"]


def test_every_colour_of_a_dot_is_written_out() -> None:
    text = figure([chart("c0")])
    assert f".c0 {{ stroke: {LIGHT['c0']}; }} .full.c0, .area.c0 {{ fill: {LIGHT['c0']}; }}" in text
    assert "var(" not in text


def test_a_long_legend_widens_the_picture() -> None:
    long = chart("c0", text=200 * "m")
    sizes = [re.findall(r'viewBox="0 0 (\d+) ', figure([each], stacked=True))[0] for each in (chart("c0"), long)]
    assert int(sizes[0]) == WIDTH
    assert int(sizes[1]) > 200 * 7
