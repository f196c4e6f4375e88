"""Charts in an SVG file of their own: side by side, each above its legend, on white.

The colours are written out, because many viewers know no CSS variables.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from nas.drawing.chart import Chart
from nas.drawing.colours import LIGHT, MEANT
from nas.drawing.scatter import HEIGHT, LEFT, LETTER, WIDTH, scatter, symbol

GAP, TITLE, ROW = 24, 26, 19

_RULES = f"""
text {{ font: 12.5px "DejaVu Sans", Verdana, Helvetica, Arial, sans-serif; fill: {LIGHT["soft"]}; stroke: none; }}
.name, .label, .entry {{ fill: {LIGHT["ink"]}; }} .title {{ fill: {LIGHT["ink"]}; font-size: 15px; font-weight: 600; }}
.label {{ font-weight: 600; }} .end {{ text-anchor: end; }} .middle {{ text-anchor: middle; }}
.grid {{ stroke: {LIGHT["rule"]}; stroke-width: .7; fill: none; }} .axis {{ stroke: {LIGHT["soft"]}; fill: none; }}
.line {{ fill: none; stroke-width: 1.6; opacity: .8; }} .dashed {{ stroke-dasharray: 4 3; stroke-width: 1.1; }}
.area {{ stroke: none; fill-opacity: .1; }} .dot {{ stroke-width: 1.6; }}
.full.rest {{ fill-opacity: .35; stroke-opacity: .6; }}
"""


def figure(charts: Sequence[Chart], *, stacked: bool = False) -> str:
    """The file; `stacked`: the entries of a legend below each other, not in one row."""
    top = TITLE if any(chart.title for chart in charts) else 0
    rows = max(len(chart.legend) for chart in charts) if stacked else 1
    longest = max(len(key.text) for chart in charts for key in chart.legend) if stacked else 0
    panel = max(WIDTH, round(LEFT + 12 + LETTER * longest))
    width, height = len(charts) * (panel + GAP) - GAP, top + HEIGHT + 12 + rows * ROW
    panels = [
        f'<g transform="translate({number * (panel + GAP)} {top})">{_panel(chart, stacked)}</g>'
        for number, chart in enumerate(charts)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">\n'
        f'<style>{_RULES}{_colours()}</style>\n<rect width="{width}" height="{height}" fill="{LIGHT["paper"]}"/>\n'
        + "\n".join(panels)
        + "\n</svg>\n"
    )


def _colours() -> str:
    """A rule for each class of colour; hollow dots are as white as the ground."""
    values = {name: value for name, value in LIGHT.items() if re.fullmatch(r"[cs]\d", name)}
    values |= {name: LIGHT[colour] for name, colour in MEANT.items()}
    rules = [f".{name} {{ stroke: {value}; }} .full.{name}, .area.{name} {{ fill: {value}; }}" for name, value in values.items()]
    return "\n".join([*rules, f".area {{ stroke: none; }} .hollow {{ fill: {LIGHT['paper']}; fill-opacity: .6; }}\n"])


def _panel(chart: Chart, stacked: bool) -> str:
    picture = scatter(chart)
    inner = picture[picture.index(">") + 1 : picture.rindex("</svg>")]
    parts, left, top = [inner], float(LEFT), HEIGHT + 14
    if chart.title:
        parts.append(f'<text class="title" x="{LEFT}" y="-6">{html.escape(chart.title)}</text>')
    for key in chart.legend:
        mark = symbol(key)
        path = mark[mark.index(">") + 1 : mark.rindex("</svg>")]
        entry = f'<text class="entry" x="12" y="4">{html.escape(key.text)}</text>'
        parts.append(f'<g transform="translate({left:.1f} {top})">{path}{entry}</g>')
        left, top = (left, top + ROW) if stacked else (left + 34 + LETTER * len(key.text), top)
    return "".join(parts)
