"""Draw a run as one SVG file, two charts of its report side by side: python docs/picture.py RUN FILE.svg"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from nas.drawing.figure import figure
from nas.report import charts
from nas.study import Run
from nas.study.summary import summary


def draw(run: Run) -> str:
    """Error against multiply-accumulates, and error over depth, each above its legend."""
    found = charts(summary(run))
    return figure([replace(found[name], title="") for name in ("front-macs", "depth")])


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(Run.open(sys.argv[1])), encoding="utf-8")
