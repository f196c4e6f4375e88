"""A drawing that fits a page: stages in columns, left to right, each top to bottom.

Graphviz would place a deep network in one column, a metre long. Here it places groups of stages that follow each other,
each for itself; marks say where the lines that were cut between two columns come from and lead to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from nas.drawing.boxes import Sketch, sketch
from nas.drawing.collapse import LEVELS, collapsed
from nas.drawing.graph import cut, written
from nas.drawing.render import layout
from nas.genome import Genome

PAGE = 1150.0  # height of a page in points on which letters of 10 points can be read
ASPECT = 1.5  # its width
GAP, MARKS = 26.0, 34.0  # between columns; what the marks add to the height of one
MOST = 250  # boxes that are placed at all where the detail is ours to choose


class Sheet(NamedTuple):
    """A sketch with the place of everything in it."""

    sketch: Sketch
    places: dict[str, dict[str, str]]
    width: float
    height: float

    @property
    def size(self) -> float:
        """The height of the page that holds it, in points."""
        return max(self.width / ASPECT, self.height)

    def text(self, title: str = "", *, dpi: int | None = None) -> str:
        """In the language of Graphviz, for its layout `nop2`, which moves nothing."""
        return written(self.sketch, places=self.places, title=title, dpi=dpi)


def sheet(genome: Genome, *, collapse: str | None = None) -> Sheet:
    """The drawing of a genome; `collapse` left out, in as much detail as can be read on a page."""
    whole = sketch(genome)
    if collapse is not None:
        return arranged(collapsed(whole, genome, collapse))
    found: Sheet | None = None
    for level in LEVELS:
        drawn = collapsed(whole, genome, level)
        if len(drawn.boxes) > MOST and level != LEVELS[-1]:
            continue
        made = arranged(drawn, limit=PAGE)
        if found is None or made.size < found.size:
            found = made
        if found.size <= PAGE:
            break
    assert found is not None
    return found


def arranged(drawn: Sketch, *, limit: float = float("inf")) -> Sheet:
    """In as many columns as make it fit the smallest page; in one where a stage by itself is higher than `limit`."""
    single = _placed(drawn)
    units = _units(drawn)
    heights = {unit: _height(single, names) for unit, names in units.items()}
    best = single
    if max(heights.values()) > limit:
        return single
    for columns in range(2, len(units) + 1):
        if best.size <= 0.6 * PAGE:
            break
        groups = _split(heights, columns)
        if max(sum(heights[unit] for unit in group) for group in groups) > best.height:
            continue
        made = _side_by_side([_placed(cut(drawn, [name for unit in group for name in units[unit]])) for group in groups])
        # A column more is worth it only where the page shrinks by a tenth.
        if made.size < 0.9 * best.size:
            best = made
        elif made.width / ASPECT > made.height:
            break
    return best


def _units(drawn: Sketch) -> dict[str, list[str]]:
    """What stays together: the boxes of each stage; one in no stage goes with those in front of it."""
    units: dict[str, list[str]] = {}
    waiting: list[str] = []
    current = ""
    for name, box in drawn.boxes.items():
        current = box.stage or current
        if not current:
            waiting.append(name)
            continue
        units.setdefault(current, []).extend([*waiting, name])
        waiting = []
    return units if units else {"": waiting}


def _height(single: Sheet, names: list[str]) -> float:
    """How high some boxes stand in the drawing in one column."""
    middles = [float(single.places[name]["pos"].split(",")[1]) for name in names]
    return max(middles) - min(middles) + MARKS


def _split(heights: dict[str, float], columns: int) -> list[list[str]]:
    """Units in their order in so many columns, the highest of them as low as can be."""
    low, high = max(heights.values()), sum(heights.values())
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if len(_filled(heights, middle)) <= columns else (middle, high)
    return _filled(heights, high)


def _filled(heights: dict[str, float], limit: float) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for unit, height in heights.items():
        if groups[-1] and sum(heights[each] for each in groups[-1]) + height > limit:
            groups.append([])
        groups[-1].append(unit)
    return groups


def _placed(drawn: Sketch) -> Sheet:
    """As `dot` places it."""
    found = layout(written(drawn))
    places = {name: {key: item[key] for key in ("pos", "lp", "bb") if key in item} for name, item in _items(found)}
    width, height = (float(each) for each in found["bb"].split(",")[2:])
    return Sheet(drawn, places, width, height)


def _items(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in found.get("objects", []):
        yield item["name"].removeprefix("cluster_"), item
    for item in found.get("edges", []):
        yield item["id"], item


def _side_by_side(columns: list[Sheet]) -> Sheet:
    boxes, arrows, places, left = {}, [], {}, 0.0
    height = max(column.height for column in columns)
    for column in columns:
        boxes |= column.sketch.boxes
        arrows += column.sketch.arrows
        for name, place in column.places.items():
            places[name] = {key: _moved(text, left, height - column.height) for key, text in place.items()}
        left += column.width + GAP
    return Sheet(Sketch(boxes, tuple(arrows), columns[0].sketch.titles), places, left - GAP, height)


def _moved(text: str, right: float, up: float) -> str:
    """Every pair of numbers in the text of a place, moved."""
    return re.sub(r"(-?[\d.]+),(-?[\d.]+)", lambda pair: f"{float(pair[1]) + right:.2f},{float(pair[2]) + up:.2f}", text)
