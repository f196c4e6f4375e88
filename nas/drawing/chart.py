"""What a chart shows: dots and lines over two axes, and a legend.

It is drawn by `scatter` (SVG, for pages that are read without scripts), `interactive` (a Plotly figure) and `plotted`
(Matplotlib, for files): all three show the same dots, in the same colours and shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nas.drawing.numbers import Axis


class Look(NamedTuple):
    """How dots or lines are drawn; `colour` is a name of `nas.drawing.colours`."""

    colour: str
    shape: int = 0  # of `nas.drawing.scatter.SHAPES`
    hollow: bool = False
    dashed: bool = False


class Dot(NamedTuple):
    """One trial or network: where it is, and what hovering over it says."""

    x: float
    y: float
    told: str
    look: Look
    label: str = ""


class Line(NamedTuple):
    """Points that are joined in their order."""

    points: tuple[tuple[float, float], ...]
    look: Look
    filled: bool = False  # the area below it


class Key(NamedTuple):
    """An entry of a legend."""

    text: str
    look: Look
    line: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture; what lies on top comes last."""

    title: str
    x: Axis
    y: Axis
    dots: Sequence[Dot] = ()
    lines: Sequence[Line] = ()
    legend: Sequence[Key] = ()
    note: str = ""  # below the legend: how it is read
    alt: str = ""  # in words, what it shows; left out, the title

    @property
    def looks(self) -> list[Look]:
        """Of the dots, in the order in which the last of each is drawn: what lies on top comes last."""
        return list(reversed(dict.fromkeys(dot.look for dot in reversed(self.dots))))

    @property
    def said(self) -> str:
        return self.alt or self.title
