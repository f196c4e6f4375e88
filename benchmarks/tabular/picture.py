"""Curves with bands as an SVG file: a name at the end of each line, light or dark as the reader's screen is."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nas.drawing.colours import DARK, LIGHT
from nas.drawing.numbers import Axis

WIDTH, HEIGHT = 860, 460
LEFT, RIGHT, TOP, BOTTOM = 64, 210, 44, 54
ROW = 16  # between two names
DASHES = ("", "7 3", "2 3", "9 3 2 3")
COLOURS = ("c0", "c1", "c2", "c3", "c4", "c5")


@dataclass(frozen=True)
class Curve:
    """A line with its band; NaN where there is no value. colour: a class of `COLOURS`."""

    name: str
    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    colour: str
    dash: str = ""


def picture(curves: Sequence[Curve], *, x: Axis, y: Axis, title: str) -> str:
    """The file's text. Lines are cut off at the axes' ends."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
        f"<style>{_style()}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="24">{html.escape(title)}</text>',
        *_frame(x, y),
    ]
    parts += [_band(curve, x, y) for curve in curves]
    parts += [_line(curve, x, y) for curve in curves]
    parts += _names(curves, x, y)
    return "\n".join([*parts, "</svg>\n"])


def _style() -> str:
    rules = [
        "text { font: 13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }",
        ".title { font-weight: 600; font-size: 15px; }",
    ]
    rules += [".end { text-anchor: end; } .middle { text-anchor: middle; } .line { fill: none; stroke-width: 2; }"]
    rules += [".band { stroke: none; fill-opacity: .14; } .grid, .lead { fill: none; stroke-width: .8; }"]
    rules += [_colours(LIGHT), f"@media (prefers-color-scheme: dark) {{ {_colours(DARK)} }}"]
    return "\n".join(rules)


def _colours(of: dict[str, str]) -> str:
    rules = [f".paper {{ fill: {of['paper']}; }} text {{ fill: {of['soft']}; }} .title, .name {{ fill: {of['ink']}; }}"]
    rules += [f".grid, .lead {{ stroke: {of['rule']}; }} .axis {{ stroke: {of['soft']}; fill: none; }}"]
    rules += [f".line.{name} {{ stroke: {of[name]}; }} .band.{name}, text.{name} {{ fill: {of[name]}; }}" for name in COLOURS]
    return " ".join(rules)


def _across(axis: Axis, value: float) -> float:
    return LEFT + min(max(axis.place(value), 0.0), 1.0) * (WIDTH - LEFT - RIGHT)


def _down(axis: Axis, value: float) -> float:
    bounded = min(max(value, axis.low), axis.high)  # a mean of nothing has no logarithm
    return TOP + (1 - axis.place(bounded)) * (HEIGHT - TOP - BOTTOM)


def _frame(x: Axis, y: Axis) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for tick in y.ticks(most=9):
        at = _down(y, tick)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{right}"/>')
        parts.append(f'<text class="end" x="{LEFT - 8}" y="{at + 4.5:.1f}">{html.escape(y.show(tick))}</text>')
    for tick in x.ticks(most=8):
        at = _across(x, tick)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{bottom}"/>')
        parts.append(f'<text class="middle" x="{at:.1f}" y="{bottom + 19}">{html.escape(x.show(tick))}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>')
    parts.append(f'<text class="middle name" x="{(LEFT + right) / 2}" y="{HEIGHT - 12}">{html.escape(x.name)}</text>')
    turned = f'transform="translate(16 {(TOP + bottom) / 2}) rotate(-90)"'
    return [*parts, f'<text class="middle name" {turned}>{html.escape(y.name)}</text>']


def _shown(curve: Curve, x: Axis) -> np.ndarray:
    """The places of the steps that are drawn."""
    return np.flatnonzero(np.isfinite(curve.mean) & (curve.x >= x.low) & (curve.x <= x.high))


def _line(curve: Curve, x: Axis, y: Axis) -> str:
    points = " ".join(
        f"{_across(x, float(curve.x[i])):.1f},{_down(y, float(curve.mean[i])):.1f}" for i in _thinned(_shown(curve, x), curve, x)
    )
    dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
    return f'<polyline class="line {curve.colour}"{dash} points="{points}"/>'


def _band(curve: Curve, x: Axis, y: Axis) -> str:
    places = [i for i in _thinned(_shown(curve, x), curve, x) if np.isfinite(curve.low[i])]
    there = [f"{_across(x, float(curve.x[i])):.1f},{_down(y, float(curve.high[i])):.1f}" for i in places]
    back = [f"{_across(x, float(curve.x[i])):.1f},{_down(y, float(curve.low[i])):.1f}" for i in reversed(places)]
    return f'<polygon class="band {curve.colour}" points="{" ".join(there + back)}"/>'


def _thinned(places: np.ndarray, curve: Curve, x: Axis) -> list[int]:
    """Steps at least three units apart, and the last."""
    kept: list[int] = []
    for i in places.tolist():
        if not kept or _across(x, float(curve.x[i])) - _across(x, float(curve.x[kept[-1]])) >= 3 or i == places[-1]:
            kept.append(i)
    return kept


def _names(curves: Sequence[Curve], x: Axis, y: Axis) -> list[str]:
    """Names to the right of the lines' ends, moved apart where they would overlap."""
    ends = []
    for curve in curves:
        last = _shown(curve, x)[-1]
        ends.append((_down(y, float(curve.mean[last])), _across(x, float(curve.x[last])), curve))
    ends.sort(key=lambda end: end[0])
    heights = _apart([end[0] for end in ends], low=TOP, high=HEIGHT - BOTTOM)
    parts = []
    for (height, across, curve), at in zip(ends, heights, strict=True):
        start = WIDTH - RIGHT + 22
        parts.append(f'<path class="lead" d="M{across + 2:.1f} {height:.1f}L{start - 3} {at:.1f}"/>')
        parts.append(f'<text class="{curve.colour}" x="{start}" y="{at + 4.5:.1f}">{html.escape(curve.name)}</text>')
    return parts


def _apart(heights: list[float], *, low: float, high: float) -> list[float]:
    """The same heights in order, at least a row apart, moved as little as that needs, and within the picture."""
    groups = [[height, 1] for height in heights]  # centre, rows
    merged = True
    while merged:
        merged = False
        for i in range(len(groups) - 1):
            (above, n), (below, m) = groups[i], groups[i + 1]
            if below - above < ROW * (n + m) / 2:
                groups[i : i + 2] = [[(above * n + below * m) / (n + m), n + m]]
                merged = True
                break
    placed = [centre + ROW * (row - (rows - 1) / 2) for centre, rows in groups for row in range(int(rows))]
    shift = max(0.0, low - placed[0]) - max(0.0, placed[-1] - high)
    return [height + shift for height in placed]
