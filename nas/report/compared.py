"""A comparison on the page: each network's results over its depth, and how it differs from the best or the reference."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.numbers import Axis, percent, shower
from nas.report.deeper_or_wider import COLOURS
from nas.report.document import note
from nas.report.table import table

NOTE = (
    "Differences are from the shaded network of a group, of trainings with the same seeds. An interval holds one difference with "
    "95 %; better and worse are said where the difference is shown after Holm's correction for all that were looked at."
)


def compared(comparison: dict[str, Any] | None) -> list[str | Chart]:
    """Charts and tables of the `comparison` of a summary; empty for a run that is none."""
    if not comparison:
        return []
    groups = comparison["groups"]
    published = len(groups) > 1 and all(len({one["row"] for one in group["networks"]}) == 1 for group in groups)
    # Of published networks a row is a group, and a line goes from row to row.
    everything = [("", [one for group in groups for one in group["networks"]])]
    pictures = everything if published else [(group["name"], group["networks"]) for group in groups]
    charts = [_chart(comparison, name, networks) for name, networks in pictures]
    return [*(chart for chart in charts if chart is not None), note(NOTE), _table(comparison)]


def _chart(comparison: dict[str, Any], name: str, networks: Sequence[dict[str, Any]]) -> Chart | None:
    metric, done = comparison["metric"], [one for one in networks if one["values"]]
    if not done:
        return None
    columns = list(dict.fromkeys(one["column"] for one in done))
    looks = {column: Look(f"c{number % COLOURS}", shape=number) for number, column in enumerate(columns)}
    values = [value for one in done for value in one["values"].values()]
    show = shower(metric, values)
    dots = [
        Dot(one["depth"], value, f"{one['name']}, seed {seed}: {metric} {show(value)}", looks[one["column"]])
        for one in done
        for seed, value in one["values"].items()
    ]
    lines = []
    for column in columns:
        means = sorted((float(one["depth"]), float(one["mean"])) for one in done if one["column"] == column)
        if len(means) > 1:
            lines.append(Line(tuple(means), looks[column]))
    return Chart(
        f"{metric} at {name}" if name else f"{metric} over depth",
        Axis.over("depth", [one["depth"] for one in done], whole=True),
        Axis.over(metric, values),
        dots,
        lines,
        [Key(column or "all networks", look) for column, look in looks.items()],
        "A dot is one training; lines join the means over seeds. Depth in weighted layers.",
        f"{metric} over depth of {len(done)} networks",
    )


def _table(comparison: dict[str, Any]) -> str:
    """A row for each network, the best first within its group."""
    grouped = len(comparison["groups"]) > 1
    sign = -1 if comparison["direction"] == "maximize" else 1
    rows = []
    for group in comparison["groups"]:
        for one in sorted(group["networks"], key=lambda one: float("inf") if one["mean"] is None else sign * one["mean"]):
            cells = [*([group["name"]] if grouped else []), *_cells(comparison, one)]
            mark = "best" if one["verdict"] == "reference" else ""
            rows.append((mark, [html.escape(cell) for cell in cells]))
    metric = comparison["metric"]
    head = ["network", "seeds", metric, "spread", "difference", "95 % interval", "p (Holm)", "", "params", "spent"]
    kinds = ["word", *["number"] * 6, "word", *["number"] * 2]
    return table([*(["among"] if grouped else []), *head], [*(["word"] if grouped else []), *kinds], rows)


def _cells(comparison: dict[str, Any], one: dict[str, Any]) -> list[str]:
    show = _shower(comparison)
    difference, interval = one["difference"], one["interval"]
    state = "left out" if one["left_out"] else "failed" if one["failed"] else one["verdict"]
    return [
        one["name"],
        f"{len(one['values'])} of {comparison['seeds']}",
        "" if one["mean"] is None else show(one["mean"]),
        "" if one["spread"] is None else show(one["spread"]),
        "" if difference is None else _signed(show, difference),
        "" if not interval else " to ".join(_signed(show, end) for end in interval),
        "" if not interval else f"{one['p_corrected']:.3f}",
        "" if state == "reference" else state,
        f"{one['params']:,}" if one["params"] else "",
        "" if one["spent"] is None else f"{100 * one['spent']:.2f} %",
    ]


def _shower(comparison: dict[str, Any]) -> Callable[[float], str]:
    """As the page writes a metric, but shares with two decimals throughout, so that columns can be compared."""
    values = [value for group in comparison["groups"] for one in group["networks"] for value in one["values"].values()]
    show = shower(comparison["metric"], values)
    return (lambda value: f"{100 * value:.2f} %") if show is percent else show


def _signed(show: Callable[[float], str], value: float) -> str:
    return f"{'-' if value < 0 else '+'}{show(abs(value))}"
