"""A chart as a Plotly figure: plain data, made without Plotly, for whoever has its script: the report, the dashboard.

Dots of one look are one trace; lines of one look are one too, with gaps. Texts are escaped, because Plotly reads HTML tags
in them.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

from nas.drawing.chart import Chart, Look
from nas.drawing.colours import LIGHT, MEANT
from nas.drawing.numbers import Axis

SYMBOLS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")  # as `nas.drawing.scatter.SHAPES`
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'

Trace = dict[str, Any]


def interactive(chart: Chart, colours: Mapping[str, str] = LIGHT, *, title: bool = False) -> dict[str, Any]:
    """`data` and `layout` of a figure; `title`: with that of the chart, for where nothing else says it."""
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12.5, "color": colours["soft"]},
        "hoverlabel": {"bgcolor": colours["sheet"], "bordercolor": colours["rule"], "font": {"color": colours["ink"]}},
        "hovermode": "closest",
        "margin": {"l": 62, "r": 14, "t": 40 if title else 14, "b": 48},
        "showlegend": False,
        "xaxis": _axis(chart.x, colours),
        "yaxis": _axis(chart.y, colours),
        **({"title": {"text": _text(chart.title), "x": 0.02}} if title else {}),
    }
    return {"data": [*_lines(chart, colours), *_dots(chart, colours)], "layout": layout}


def _colour(look: Look, colours: Mapping[str, str]) -> str:
    return colours[MEANT.get(look.colour, look.colour)]


def _text(text: str) -> str:
    """Plotly knows < > & as entities, and quotes as themselves."""
    return html.escape(text, quote=False)


def _name(chart: Chart, look: Look, *, line: bool) -> str:
    """What the legend calls it; where hollow dots have no entry of their own, that of the full ones."""
    names = {key.look: key.text for key in chart.legend if key.line == line}
    return _text(names.get(look) or names.get(look._replace(hollow=False), ""))


def _lines(chart: Chart, colours: Mapping[str, str]) -> list[Trace]:
    joined: dict[tuple[Look, bool], Trace] = {}
    for line in chart.lines:
        colour = _colour(line.look, colours)
        trace = joined.setdefault(
            (line.look, line.filled),
            {
                "type": "scatter",
                "mode": "lines",
                "name": _name(chart, line.look, line=True),
                "x": [],
                "y": [],
                "line": {"color": colour, "width": 1.6, "dash": "dash" if line.look.dashed else "solid"},
                "opacity": 0.35 if line.look.colour == "rest" else 0.8,
                "hoverinfo": "skip",
                **({"fill": "tozeroy"} if line.filled else {}),
            },
        )
        gap = [None] if trace["x"] else []
        trace["x"] += [*gap, *(_rounded(x) for x, _ in line.points)]
        trace["y"] += [*gap, *(_rounded(y) for _, y in line.points)]
    return list(joined.values())


def _dots(chart: Chart, colours: Mapping[str, str]) -> list[Trace]:
    """A trace for each look."""
    return [_marks(chart, look, colours) for look in chart.looks]


def _marks(chart: Chart, look: Look, colours: Mapping[str, str]) -> Trace:
    dots = [dot for dot in chart.dots if dot.look == look]
    colour = _colour(look, colours)
    faint = look.colour == "rest"
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": _name(chart, look, line=False),
        "x": [_rounded(dot.x) for dot in dots],
        "y": [_rounded(dot.y) for dot in dots],
        "hovertext": [_text(dot.told) for dot in dots],
        "hoverinfo": "text",
        "marker": {
            "symbol": SYMBOLS[look.shape % len(SYMBOLS)] + ("-open" if look.hollow else ""),
            "color": colour,
            "size": 9,
            "opacity": 0.55 if faint else 1,
            "line": {"color": colour, "width": 1.4},
        },
    }
    if any(dot.label for dot in dots):
        trace |= {
            "mode": "markers+text",
            "text": [_text(dot.label) for dot in dots],
            "textposition": "bottom left",
            "textfont": {"color": colours["ink"]},
            "cliponaxis": False,
        }
    return trace


def _axis(axis: Axis, colours: Mapping[str, str]) -> dict[str, Any]:
    """Ticks where the other drawings have them, in the same words; between those Plotly would say 0.05 for 5 %."""
    ends = [axis.low, axis.high]
    return {
        "title": {"text": _text(axis.title), "font": {"color": colours["ink"]}},
        "type": "log" if axis.log else "linear",
        "range": [math.log10(end) for end in ends] if axis.log else ends,
        "tickvals": axis.ticks(),
        "ticktext": list(map(_text, axis.labels())),
        "gridcolor": colours["rule"],
        "linecolor": colours["soft"],
        "zeroline": False,
        "automargin": True,
    }


def _rounded(value: float) -> float:
    """Six digits, which no screen can tell from more: a page of a thousand trials is smaller by a fifth."""
    return float(f"{value:.6g}")
