"""The figures of an explanation, after those of Veit et al. 2016, arXiv:1605.06431 (figures 3, 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.figure import figure
from nas.drawing.numbers import Axis, percent

ERROR, DRAW, WHOLE = Look("c0"), Look("c0", hollow=True), Look("c1", dashed=True)

Points = Sequence[tuple[float, float]]


def figures(document: Mapping[str, Any]) -> dict[str, str]:
    """Name of the file -> SVG, for each analysis of the document that measured something."""
    return {f"{name}.svg": figure(found) for name, found in charts(document).items()}


def charts(document: Mapping[str, Any]) -> dict[str, list[Chart]]:
    """What stands side by side in each figure, by its name."""
    found = {}
    deleted = [(at, each) for at, each in enumerate(document["lesions"], start=1) if each["error"] is not None]
    if deleted:
        found["lesions"] = [_each(document, deleted), _several(document)]
    if document["reorderings"]:
        found["order"] = [_order(document)]
    if document["lengths"]:
        found["paths"] = _paths(document["lengths"])
    return found


def _each(document: Mapping[str, Any], deleted: Sequence[tuple[int, Mapping[str, Any]]]) -> Chart:
    dots = [Dot(at, each["error"], f"without {each['block']}: {percent(each['error'])}", ERROR) for at, each in deleted]
    return _errors("Each block deleted by itself", "block, from the image to the prediction", dots, document)


def _several(document: Mapping[str, Any]) -> Chart:
    dots = [
        Dot(each["blocks"], error, f"without {each['blocks']} blocks: {percent(error)}", DRAW)
        for each in document["deletions"]
        for error in each["errors"]
    ]
    means = [(each["blocks"], each["mean"]) for each in document["deletions"]]
    chart = _errors("Blocks deleted at random", "blocks deleted at once", dots, document, curve=means)
    return replace(chart, legend=[Key("one draw; line: mean", DRAW), *chart.legend[1:]])


def _order(document: Mapping[str, Any]) -> Chart:
    dots = [
        Dot(each["tau"], each["error"], f"tau {each['tau']:.2f}: {percent(each['error'])}", DRAW)
        for each in document["reorderings"]
    ]
    dots.append(Dot(1.0, document["error"], f"as it was: {percent(document['error'])}", Look("c1", shape=2)))
    name = "Kendall's tau of the order: 1 as it was, 0 as by chance"
    return _errors("Blocks in another order", name, dots, document, whole_x=False)


def _errors(
    title: str, name: str, dots: Sequence[Dot], document: Mapping[str, Any], *, curve: Points = (), whole_x: bool = True
) -> Chart:
    """Errors from 0 on, and a dashed line at that of the whole network."""
    x = Axis.over(name, [dot.x for dot in dots], whole=whole_x)
    y = Axis("error", 0.0, 1.08 * max(document["error"], *(dot.y for dot in dots)) or 1.0, False, percent)
    lines = [Line(((x.low, document["error"]), (x.high, document["error"])), WHOLE)]
    if curve:
        lines.append(Line(tuple(curve), ERROR))
    first = Key("one draw", DRAW) if any(dot.look.hollow for dot in dots) else Key("error", ERROR)
    return Chart(title, x, y, dots, lines, [first, Key(f"whole network, {percent(document['error'])}", WHOLE, line=True)])


def _paths(lengths: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """How many paths of each length, what gradient one brings, and what all of them bring together."""
    some = [each for each in lengths if each["gradient"] > 0]
    return [
        _curve(lengths, "share", "Paths of each length", "share of the paths", Look("c0")),
        _curve(some, "gradient", "Gradient along one path", "norm of the gradient", Look("c1")),
        _curve(lengths, "gradient_share", "Gradient along all paths of a length", "share of the gradient", Look("c2")),
    ]


def _curve(lengths: Sequence[Mapping[str, Any]], key: str, title: str, name: str, look: Look) -> Chart:
    points = tuple((float(each["blocks"]), float(each[key])) for each in lengths)
    x = Axis.over("blocks that a path goes through", [at for at, _ in points] or [0], whole=True)
    share = key != "gradient"
    values = [value for _, value in points]
    y = Axis(name, 0.0, 1.08 * max(values), False, percent) if share else replace(Axis.over(name, values), show=_power)
    show = percent if share else _power
    dots = [Dot(at, value, f"{at:g} blocks: {show(value)}", look) for at, value in points]
    mean = sum(at * value for at, value in points) / (sum(values) or 1)
    told = f"{mean:.3g} blocks on average" if share else "mean of the drawn paths"
    return Chart(title, x, y, dots, [Line(points, look, filled=share)], [Key(told, look)])


def _power(value: float) -> str:
    """4e-05: gradients differ by many powers of ten."""
    return f"{value:.2g}" if 0.01 <= value < 100 else f"{value:.0e}"
