"""Charts as files for a paper or a talk, PNG and SVG, by Matplotlib (the extra `figures`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nas.drawing.chart import Chart, Key, Look
from nas.drawing.colours import LIGHT, MEANT
from nas.drawing.numbers import Axis
from nas.errors import InputError, MissingExtraError
from nas.whole_files import write_alone

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis as Side
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

FORMATS = ("png", "svg")
MARKERS = ("o", "s", "^", "D", "v", "P")  # as `nas.drawing.scatter.SHAPES`
WIDTH, HEIGHT = 5.6, 4.6  # inches of one chart
DPI = 200
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "svg.fonttype": "none",  # letters stay letters
    "svg.hashsalt": "nas",  # the same chart gives the same file
    "text.parse_math": False,  # a name with two dollar signs is no formula
}


def check_folder(folder: Path) -> None:
    """See that figures can be drawn into a folder before there is anything to draw: `InputError`, `MissingExtraError`."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; figures need a folder: name another with --figures")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingExtraError("matplotlib", extra="figures", purpose="--figures") from None


def write_figures(figures: Mapping[str, Sequence[Chart]], folder: Path) -> list[Path]:
    """Write NAME.png and NAME.svg for each figure; its charts stand side by side."""
    import matplotlib

    check_folder(folder)
    written = []
    with matplotlib.rc_context(STYLE):
        for name, charts in figures.items():
            drawn = plotted(charts)
            for form in FORMATS:
                path, content = folder / f"{name}.{form}", BytesIO()
                drawn.savefig(content, format=form, dpi=DPI, metadata={"Date": None} if form == "svg" else None)
                write_alone(path, [content.getvalue()])
                written.append(path)
    return written


def plotted(charts: Sequence[Chart]) -> Figure:
    """The charts side by side, each above its legend."""
    from matplotlib.figure import Figure

    # Not by pyplot, which keeps every figure and asks for a screen.
    figure = Figure(figsize=(WIDTH * len(charts), HEIGHT), layout="constrained")
    for place, chart in zip(figure.subplots(1, len(charts), squeeze=False)[0], charts, strict=True):
        _draw(place, chart)
    return figure


def _draw(place: Axes, chart: Chart) -> None:
    place.set_title(chart.title, fontsize=11, color=LIGHT["ink"])
    place.set_xscale("log" if chart.x.log else "linear")
    place.set_yscale("log" if chart.y.log else "linear")
    _side(place.xaxis, chart.x)
    _side(place.yaxis, chart.y)
    place.set_xlim(chart.x.low, chart.x.high)
    place.set_ylim(chart.y.low, chart.y.high)
    place.grid(color=LIGHT["rule"], linewidth=0.6)
    place.set_axisbelow(True)
    place.spines[["top", "right"]].set_visible(False)
    for line in chart.lines:
        across, up = zip(*line.points, strict=True) if line.points else ((), ())
        faint = 0.35 if line.look.colour == "rest" else 0.8
        place.plot(across, up, color=_colour(line.look), linewidth=1.2, linestyle="--" if line.look.dashed else "-", alpha=faint)
        if line.filled:
            place.fill_between(across, up, color=_colour(line.look), alpha=0.1, linewidth=0)
    for look in chart.looks:
        dots = [dot for dot in chart.dots if dot.look == look]
        place.plot([dot.x for dot in dots], [dot.y for dot in dots], linestyle="none", **_marker(look))
    for dot in chart.dots:
        if dot.label:
            place.annotate(
                dot.label, (dot.x, dot.y), xytext=(-4, -4), textcoords="offset points", ha="right", va="top", fontsize=7.5
            )
    if chart.legend:
        handles = [_handle(key) for key in chart.legend]
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "ncols": min(3, len(handles))}
        place.legend(handles=handles, frameon=False, fontsize=8, **below)


def _colour(look: Look) -> str:
    return LIGHT[MEANT.get(look.colour, look.colour)]


def _marker(look: Look) -> dict[str, Any]:
    colour = _colour(look)
    return {
        "marker": MARKERS[look.shape % len(MARKERS)],
        "markersize": 5,
        "markeredgecolor": colour,
        "markerfacecolor": LIGHT["paper"] if look.hollow else colour,
        "alpha": 0.55 if look.colour == "rest" else 1.0,
    }


def _handle(key: Key) -> Line2D:
    from matplotlib.lines import Line2D

    if key.line:
        return Line2D([], [], color=_colour(key.look), linestyle="--" if key.look.dashed else "-", label=key.text)
    return Line2D([], [], linestyle="none", label=key.text, **_marker(key.look))


def _side(side: Side, axis: Axis) -> None:
    """Ticks where the other drawings have them, in the same words."""
    side.set_ticks(axis.ticks(), axis.labels())
    side.set_ticks([], minor=True)
    side.set_tick_params(labelsize=8.5, colors=LIGHT["soft"])
    side.set_label_text(axis.title, fontsize=9.5, color=LIGHT["ink"])
