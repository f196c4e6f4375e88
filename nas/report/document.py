"""A page of sections: one HTML file that asks nobody for anything, light and dark, readable with scripts off.

A section is made of HTML and charts. With scripts a chart is a Plotly figure; without, an SVG that stands in <noscript>.
Plotly's script is embedded once. The policy of the page allows the two scripts that are in it, by their hashes, no others,
and no request to anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

from nas.drawing.chart import Chart
from nas.drawing.colours import LIGHT
from nas.drawing.interactive import interactive
from nas.drawing.scatter import scatter, symbol
from nas.report.style import STYLE

VARIABLES = {name: f"var(--{name})" for name in LIGHT}  # colours that the page's script reads from its style sheet


@dataclass(frozen=True)
class Section:
    """A title and what stands below it: HTML in which every text is escaped, and charts; those in a row side by side."""

    title: str
    parts: Sequence[str | Chart]


def document(*, name: str, answer: str, facts: str, sections: Sequence[Section], kind: str = "search report") -> str:
    """The page as HTML: what it is about, the answer in a sentence, facts in small letters, and the sections with parts.

    `name`, `answer` and `facts` are plain text.
    """
    shown = [section for section in sections if any(section.parts)]
    charts = [part for section in shown for part in section.parts if isinstance(part, Chart)]
    scripts = [_plotly(), _own()] if charts else [_own()]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n'
        f"<title>{html.escape(name)}: {html.escape(kind)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><h1>{html.escape(name)}</h1>\n"
        f'{_answer(answer)}\n<p class="facts">{html.escape(facts)}</p></header>\n'
        + "\n".join(map(_section, shown))
        + _data(charts)
        + "\n".join(f"<script>{script}</script>" for script in scripts)
        + "\n</body>\n</html>\n"
    )


def _answer(text: str) -> str:
    """Its first sentence in large letters."""
    first, stop, more = text.partition(". ")
    lead = f'<p class="answer">{html.escape(first + stop.strip())}</p>'
    return lead + (f'\n<p class="more">{html.escape(more)}</p>' if more else "")


def note(text: str) -> str:
    """A paragraph in small letters, of plain text."""
    return f'<p class="note">{html.escape(text)}</p>'


def _section(section: Section) -> str:
    parts = []
    for is_chart, group in groupby(filter(None, section.parts), lambda part: isinstance(part, Chart)):
        found = "\n".join(_figure(part) if isinstance(part, Chart) else part for part in group)
        parts.append(f'<div class="pictures">\n{found}\n</div>' if is_chart else found)
    return f"<section><h2>{html.escape(section.title)}</h2>\n" + "\n".join(parts) + "</section>"


def _figure(chart: Chart) -> str:
    items = "".join(f"<li>{symbol(key)}{html.escape(key.text)}</li>" for key in chart.legend)
    return (
        f'<figure><h3>{html.escape(chart.title)}</h3><div class="chart" role="img" aria-label="{html.escape(chart.said)}"></div>'
        f'<noscript>{scatter(chart)}</noscript><figcaption><ul class="legend">{items}</ul>{html.escape(chart.note)}</figcaption>'
        "</figure>"
    )


def _data(charts: Sequence[Chart]) -> str:
    """The figures as JSON, which is no script; what hovering says is kept once, because most charts show the same trials."""
    figures = [interactive(chart, VARIABLES) for chart in charts]
    places: dict[str, int] = {}
    for trace in (trace for figure in figures for trace in figure["data"] if "hovertext" in trace):
        trace["hovertext"] = [places.setdefault(text, len(places)) for text in trace["hovertext"]]
    found = json.dumps({"texts": list(places), "figures": figures}, separators=(",", ":"), allow_nan=False)
    escaped = found.replace("<", "\\u003c")  # no text may end the element
    return f'\n<script type="application/json" id="figures">{escaped}</script>\n'


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()


@cache
def _own() -> str:
    return (files("nas.report") / "page.js").read_text(encoding="utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """Nothing is loaded; styles are inline, as are pictures that Plotly saves, and these scripts."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; script-src {allowed}"
