"""A chart as inline SVG: axes with round ticks, dots, lines; its colours are classes of the page's style sheet.

In a file of its own it takes the rules of `nas.drawing.figure`.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.numbers import Axis

WIDTH, HEIGHT = 480, 340
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 14, 52
LETTER = 7.3  # the width of one, on average
MOST_TOLD = 300  # dots that say something where the mouse is over them: of a thousand, the texts would be half of a page
# Around (0, 0), of about one area: circle, square, triangle, diamond, downward triangle, cross
SHAPES = (
    "M5 0A5 5 0 1 1 -5 0A5 5 0 1 1 5 0Z",
    "M-4.5 -4.5H4.5V4.5H-4.5Z",
    "M0 -6L5.5 4H-5.5Z",
    "M0 -6.2L6.2 0L0 6.2L-6.2 0Z",
    "M0 6L5.5 -4H-5.5Z",
    "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
)


def scatter(chart: Chart) -> str:
    """The chart as one <svg> element, without its title and legend."""
    frame = _Frame(chart.x, chart.y)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(chart.said)}">', *frame.drawn()]
    for look, lines in groupby(chart.lines, key=lambda line: line.look):
        parts += _lines(look, list(lines), frame)
    parts += _labels(chart.dots, frame)
    told = len(chart.dots) <= MOST_TOLD
    for look, dots in groupby(chart.dots, key=lambda dot: dot.look):
        marks = "".join(_mark(dot, frame, told=told) for dot in dots)
        parts.append(f'<g class="{_dot_class(look)}">{marks}</g>')
    return "\n".join([*parts, "</svg>"])


def symbol(key: Key) -> str:
    """The mark of an entry of a legend."""
    shape = SHAPES[key.look.shape % len(SHAPES)]
    line, dot = f'<path class="{_line_class(key.look)}" d="M-7 0H7"/>', f'<path class="{_dot_class(key.look)}" d="{shape}"/>'
    mark = line if key.line else dot
    return f'<svg class="symbol" viewBox="-8 -8 16 16" aria-hidden="true">{mark}</svg>'


@dataclass(frozen=True)
class _Frame:
    """Where the axes put a value, in units of the picture."""

    x: Axis
    y: Axis

    @cached_property
    def left(self) -> float:
        return max(LEFT, 20 + LETTER * max((len(name) for name in self.y.names), default=0))

    def across(self, value: float) -> float:
        return self.left + self.x.place(value) * (WIDTH - self.left - RIGHT)

    def down(self, value: float) -> float:
        return TOP + (1 - self.y.place(value)) * (HEIGHT - TOP - BOTTOM)

    def drawn(self) -> list[str]:
        """The axes with their grid, ticks and names."""
        left, bottom, middle = f"{self.left:g}", HEIGHT - BOTTOM, TOP + (HEIGHT - TOP - BOTTOM) / 2
        parts = []
        for tick, words in zip(self.y.ticks(), self.y.labels(), strict=True):
            at = self.down(tick)
            parts.append(f'<path class="grid" d="M{left} {at:.1f}H{WIDTH - RIGHT}"/>')
            parts.append(f'<text class="end" x="{self.left - 7:g}" y="{at + 4:.1f}">{html.escape(words)}</text>')
        for tick, words in zip(self.x.ticks(), self.x.labels(), strict=True):
            at = self.across(tick)
            parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{bottom}"/>')
            parts.append(f'<text class="middle" x="{at:.1f}" y="{bottom + 18}">{html.escape(words)}</text>')
        parts.append(f'<path class="axis" d="M{left} {TOP}V{bottom}H{WIDTH - RIGHT}"/>')
        centre = self.left + (WIDTH - self.left - RIGHT) / 2
        parts.append(f'<text class="middle name" x="{centre:g}" y="{HEIGHT - 8}">{html.escape(self.x.title)}</text>')
        turned = f'transform="translate(14 {middle}) rotate(-90)"'
        return [*parts, f'<text class="middle name" {turned}>{html.escape(self.y.title)}</text>']


def _lines(look: Look, lines: Sequence[Line], frame: _Frame) -> Iterator[str]:
    """The areas below lines of one look, and the lines as one element."""
    drawn = []
    for line in filter(lambda line: line.points, lines):
        points = " ".join(f"{frame.across(x):.1f},{frame.down(y):.1f}" for x, y in line.points)
        drawn.append(f"M{points}")
        if line.filled:
            left, right, bottom = frame.across(line.points[0][0]), frame.across(line.points[-1][0]), HEIGHT - BOTTOM
            yield f'<path class="area {look.colour}" d="M{left:.1f},{bottom} {points} {right:.1f},{bottom}Z"/>'
    yield f'<path class="{_line_class(look)}" d="{"".join(drawn)}"/>'


def _line_class(look: Look) -> str:
    return f"line {look.colour}{' dashed' if look.dashed else ''}"


def _dot_class(look: Look) -> str:
    return f"dot {'hollow' if look.hollow else 'full'} {look.colour}"


def _mark(dot: Dot, frame: _Frame, *, told: bool) -> str:
    x, y, shape = frame.across(dot.x), frame.down(dot.y), SHAPES[dot.look.shape % len(SHAPES)]
    mark = f'path transform="translate({x:.1f} {y:.1f})" d="{shape}"'
    if shape == SHAPES[0]:
        mark = f'circle cx="{x:.1f}" cy="{y:.1f}" r="5"'
    return f"<{mark}><title>{html.escape(dot.told)}</title></{mark.split()[0]}>" if told else f"<{mark}/>"


def _labels(dots: Sequence[Dot], frame: _Frame) -> list[str]:
    """Labels below and to the left of their dots, where nothing lies below a front; those of the last dots first.

    One that would lie on another, or on another labelled dot, is left out.
    """
    labelled = [(frame.across(dot.x), frame.down(dot.y), dot.label) for dot in reversed(dots) if dot.label]
    taken: list[tuple[float, float]] = []
    parts = []
    for left, top, label in labelled:
        width = 9 * len(label)
        # At the axis there is no room to the left.
        start = left - 4 if left - width < frame.left else left - 5 - width
        others = [(a, b) for a, b, _ in labelled if (a, b) != (left, top)]
        centre = (start + width / 2, top + 13)
        if any(abs(a - centre[0]) < width / 2 + 6 and abs(b - centre[1]) < 12 for a, b in others):
            continue
        if any(abs(a - centre[0]) < width + 2 and abs(b - centre[1]) < 15 for a, b in taken):
            continue
        taken.append(centre)
        parts.append(f'<text class="label middle" x="{centre[0]:.1f}" y="{top + 18:.1f}">{html.escape(label)}</text>')
    return parts
