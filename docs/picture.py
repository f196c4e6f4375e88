"""Draw a run as one SVG file, the two pictures of its report side by side: python docs/picture.py RUN FILE.svg

It has the page's light colours on a white ground, written out: many viewers know no CSS variables.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from nas.report.pictures import deeper_or_wider, trade_off
from nas.report.scatter import HEIGHT, WIDTH
from nas.report.style import STYLE
from nas.study import Run
from nas.study.summary import summary

GAP, LEGEND = 24, 34
RULES = """
text { font: 12.5px "DejaVu Sans", Verdana, Helvetica, Arial, sans-serif; fill: #59636e; } .name { fill: #1b1f24; }
.label { fill: #1b1f24; font-weight: 600; } .end { text-anchor: end; } .middle { text-anchor: middle; }
.grid { stroke: #d5dae0; stroke-width: .7; fill: none; } .axis { stroke: #59636e; fill: none; }
.line { fill: none; stroke-width: 1.6; opacity: .75; } .dot { stroke-width: 1.6; }
.full.rest { fill-opacity: .35; stroke-opacity: .6; }
"""


def draw(run: Run) -> str:
    """The trade-off and error over depth, each above its legend."""
    data = summary(run)
    figures = [trade_off(data), deeper_or_wider(data)]
    panels = [
        f'<g transform="translate({number * (WIDTH + GAP)} 0)">{_panel(figure)}</g>' for number, figure in enumerate(figures)
    ]
    width, height = 2 * WIDTH + GAP, HEIGHT + LEGEND
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">\n'
        f'<style>{RULES}{_colours()}</style>\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
        + "\n".join(panels)
        + "\n</svg>\n"
    )


def _colours() -> str:
    """A rule for each class of colour, with its value on the page in light."""
    values = dict(re.findall(r"--(\w+):\s*(#[0-9a-f]+)", STYLE.partition("@media")[0]))
    classes = re.findall(r"\.(\w+) \{ --dot: var\(--(\w+)\)", STYLE)
    rules = [f".{name} {{ stroke: {values[of]}; }} .full.{name} {{ fill: {values[of]}; }}" for name, of in classes]
    return "\n".join([*rules, ".hollow { fill: #fff; fill-opacity: .6; } text { stroke: none; }\n"])


def _panel(figure: str) -> str:
    picture = figure[figure.index(">", figure.index("<svg")) + 1 : figure.index("</svg>")]
    parts, left = [picture], 62
    for symbol, text in re.findall(r"<li><svg[^>]*>(.*?)</svg>([^<]*)</li>", figure):
        parts.append(f'<g transform="translate({left} {HEIGHT + 14})">{symbol}<text x="12" y="4">{text}</text></g>')
        left += 34 + 7.3 * len(text)
    return "".join(parts)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(Run.open(sys.argv[1])), encoding="utf-8")
