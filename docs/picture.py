"""Draw a run as one SVG file, the two pictures of its report side by side: python docs/picture.py RUN FILE.svg"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from nas.drawing.figure import Picture, figure
from nas.report.pictures import deeper_or_wider, trade_off
from nas.study import Run
from nas.study.summary import summary


def draw(run: Run) -> str:
    """The trade-off and error over depth, each above its legend."""
    data = summary(run)
    return figure([_taken(trade_off(data)), _taken(deeper_or_wider(data))])


def _taken(page: str) -> Picture:
    """The picture and the legend of a figure of the page."""
    legend = re.findall(r"<li>(<svg[^>]*>.*?</svg>)([^<]*)</li>", page)
    return Picture(page[page.index("<svg") : page.index("</svg>") + len("</svg>")], legend)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(Run.open(sys.argv[1])), encoding="utf-8")
