"""The picture of curves: where a line lies, and names that can be read."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as xml

import numpy as np
import pytest
from tabular.curves import Band, keep, load
from tabular.picture import BOTTOM, HEIGHT, LEFT, RIGHT, ROW, TOP, WIDTH, Curve, picture

from nas.drawing.numbers import Axis, short

X = Axis("trainings", 1, 100, True, short)
Y = Axis("regret", 0.01, 1, True, short)


def curve(name: str, mean: list[float]) -> Curve:
    values = np.array(mean)
    return Curve(name, np.array([1, 10, 100]), values, values / 2, values * 2, "c0")


def test_a_line_lies_where_its_logarithms_say():
    text = picture([curve("one", [1.0, 0.1, 0.01])], x=X, y=Y, title="regret")
    points = re.search(r'<polyline[^>]*points="([^"]*)"', text)
    assert points is not None
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    middle = (LEFT + right) / 2, (TOP + bottom) / 2
    found = np.array([point.split(",") for point in points[1].split()], float)
    assert found == pytest.approx(np.array([(LEFT, TOP), middle, (right, bottom)]), abs=0.06)


def test_a_mean_of_nothing_lies_at_the_lower_end_and_a_missing_one_nowhere():
    text = picture([curve("one", [np.nan, 0.1, 0.0])], x=X, y=Y, title="regret")
    points = re.search(r'<polyline[^>]*points="([^"]*)"', text)
    assert points is not None and len(points[1].split()) == 2
    assert points[1].endswith(f",{HEIGHT - BOTTOM:.1f}") and "nan" not in text


def test_names_of_lines_that_end_at_one_place_stand_below_each_other_in_their_order():
    curves = [curve(name, [1.0, 0.5, end]) for name, end in [("c", 0.01), ("a", 0.012), ("b & d", 0.0101), ("far", 0.5)]]
    root = xml.fromstring(picture(curves, x=X, y=Y, title="regret"))
    names = [
        (float(node.get("y", "")), node.text)
        for node in root.iter("{http://www.w3.org/2000/svg}text")
        if node.get("class") == "c0"
    ]
    assert [name for _, name in sorted(names)] == ["far", "a", "b & d", "c"]
    heights = sorted(height for height, _ in names)
    assert all(below - above >= ROW - 0.11 for above, below in itertools.pairwise(heights))
    assert heights[-1] <= HEIGHT - BOTTOM + 5


def test_a_band_is_the_interval_of_the_mean():
    # 1, 2, 3, 4, 5: standard deviation sqrt(2.5), of the mean sqrt(0.5)
    band = Band.of(np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]))
    assert (band.mean[0], band.half[0]) == (3.0, pytest.approx(1.96 * 0.5**0.5))


def test_a_file_of_curves_is_added_to_and_refuses_other_steps(tmp_path):
    x = np.arange(1, 4)
    keep(tmp_path / "curves.npz", x, {"one": np.ones((2, 3)), "two": np.ones((2, 3))})
    keep(tmp_path / "curves.npz", x, {"two": np.zeros((2, 3))})
    found = load(tmp_path / "curves.npz")[1]
    assert {name: float(curves.mean()) for name, curves in found.items()} == {"one": 1.0, "two": 0.0}
    with pytest.raises(SystemExit, match="take another file"):
        keep(tmp_path / "curves.npz", np.arange(1, 5), {"one": np.ones((2, 4))})
