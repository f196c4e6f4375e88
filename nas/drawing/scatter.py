"""A scatter as inline SVG: axes with round ticks, dots, lines; its colours are classes of the page's style sheet.

In a file of its own it takes the rules of `nas.drawing.figure`.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from nas.drawing.numbers import Axis

WIDTH, HEIGHT = 480, 340
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 14, 52
# Around (0, 0), of about one area: circle, square, triangle, diamond, downward triangle, cross
SHAPES = (
    "M5 0A5 5 0 1 1 -5 0A5 5 0 1 1 5 0Z",
    "M-4.5 -4.5H4.5V4.5H-4.5Z",
    "M0 -6L5.5 4H-5.5Z",
    "M0 -6.2L6.2 0L0 6.2L-6.2 0Z",
    "M0 6L5.5 -4H-5.5Z",
    "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
)


@dataclass(frozen=True)
class Dot:
    """One trial: where it is, what hovering over it says, its class of colour, its shape, its label."""

    x: float
    y: float
    title: str
    colour: str
    shape: int = 0
    hollow: bool = False
    label: str = ""


@dataclass(frozen=True)
class Line:
    points: tuple[tuple[float, float], ...]
    colour: str
    filled: bool = False  # the area below it


def scatter(dots: Sequence[Dot], *, x: Axis, y: Axis, lines: Sequence[Line] = (), whole_x: bool = False, alt: str) -> str:
    """The picture as one <svg> element; `alt` says in words what it shows."""
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(alt)}">']
    parts += _frame(x, y, whole_x)
    for line in lines:
        points = " ".join(f"{_across(x, px):.1f},{_down(y, py):.1f}" for px, py in line.points)
        if line.filled:
            left, right, bottom = _across(x, line.points[0][0]), _across(x, line.points[-1][0]), HEIGHT - BOTTOM
            parts.append(f'<polygon class="area {line.colour}" points="{left:.1f},{bottom} {points} {right:.1f},{bottom}"/>')
        parts.append(f'<polyline class="line {line.colour}" points="{points}"/>')
    parts += _labels(dots, x, y)
    parts += [_dot(dot, x, y) for dot in dots]
    return "\n".join([*parts, "</svg>"])


def symbol(colour: str, *, shape: int = 0, hollow: bool = False) -> str:
    """A dot for a legend."""
    return f'<svg class="symbol" viewBox="-8 -8 16 16" aria-hidden="true">{_path(colour, shape, hollow)}</svg>'


def _across(axis: Axis, value: float) -> float:
    return LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT)


def _down(axis: Axis, value: float) -> float:
    return TOP + (1 - axis.place(value)) * (HEIGHT - TOP - BOTTOM)


def _frame(x: Axis, y: Axis, whole_x: bool) -> list[str]:
    bottom, middle = HEIGHT - BOTTOM, TOP + (HEIGHT - TOP - BOTTOM) / 2
    parts = []
    for tick in y.ticks():
        at = _down(y, tick)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="end" x="{LEFT - 7}" y="{at + 4:.1f}">{html.escape(y.show(tick))}</text>')
    for tick in x.ticks(whole=whole_x):
        at = _across(x, tick)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{bottom}"/>')
        parts.append(f'<text class="middle" x="{at:.1f}" y="{bottom + 18}">{html.escape(x.show(tick))}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/>')
    centre = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'<text class="middle name" x="{centre}" y="{HEIGHT - 8}">{_name(x)}</text>')
    turned = f'transform="translate(14 {middle}) rotate(-90)"'
    return [*parts, f'<text class="middle name" {turned}>{_name(y)}</text>']


def _name(axis: Axis) -> str:
    return html.escape(axis.name) + (" (log scale)" if axis.log else "")


def _path(colour: str, shape: int, hollow: bool) -> str:
    kind = "hollow" if hollow else "full"
    return f'<path class="dot {kind} {colour}" d="{SHAPES[shape % len(SHAPES)]}"/>'


def _dot(dot: Dot, x: Axis, y: Axis) -> str:
    at = f"translate({_across(x, dot.x):.1f} {_down(y, dot.y):.1f})"
    path = _path(dot.colour, dot.shape, dot.hollow)
    return f'<g transform="{at}"><title>{html.escape(dot.title)}</title>{path}</g>'


def _labels(dots: Sequence[Dot], x: Axis, y: Axis) -> list[str]:
    """Labels below and to the left of their dots, where nothing lies below a front; those of the last dots first.

    One that would lie on another, or on another labelled dot, is left out.
    """
    labelled = [(_across(x, dot.x), _down(y, dot.y), dot.label) for dot in reversed(dots) if dot.label]
    taken: list[tuple[float, float]] = []
    parts = []
    for left, top, label in labelled:
        width = 9 * len(label)
        # At the axis there is no room to the left.
        start = left - 4 if left - width < LEFT else left - 5 - width
        others = [(a, b) for a, b, _ in labelled if (a, b) != (left, top)]
        centre = (start + width / 2, top + 13)
        if any(abs(a - centre[0]) < width / 2 + 6 and abs(b - centre[1]) < 12 for a, b in others):
            continue
        if any(abs(a - centre[0]) < width + 2 and abs(b - centre[1]) < 15 for a, b in taken):
            continue
        taken.append(centre)
        parts.append(f'<text class="label middle" x="{centre[0]:.1f}" y="{top + 18:.1f}">{html.escape(label)}</text>')
    return parts
