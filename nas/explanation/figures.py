"""The figures of an explanation as SVG files, after those of Veit et al. 2016, arXiv:1605.06431 (figures 3, 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nas.drawing.figure import Picture, figure
from nas.drawing.numbers import Axis, percent
from nas.drawing.scatter import Dot, Line, scatter, symbol

DASH = '<svg class="symbol" viewBox="-8 -8 16 16" aria-hidden="true"><path class="line dashed c1" d="M-7 0H7"/></svg>'

Points = Sequence[tuple[float, float]]


def figures(document: Mapping[str, Any]) -> dict[str, str]:
    """Name of the file -> SVG, for each analysis of the document that measured something."""
    found = {}
    deleted = [(at, each) for at, each in enumerate(document["lesions"], start=1) if each["error"] is not None]
    if deleted:
        found["lesions.svg"] = figure([_each(document, deleted), _several(document)])
    if document["reorderings"]:
        found["order.svg"] = figure([_order(document)])
    if document["lengths"]:
        found["paths.svg"] = figure(_paths(document["lengths"]))
    return found


def _each(document: Mapping[str, Any], deleted: Sequence[tuple[int, Mapping[str, Any]]]) -> Picture:
    dots = [Dot(at, each["error"], f"without {each['block']}: {percent(each['error'])}", "c0") for at, each in deleted]
    return _errors("Each block deleted by itself", "block, from the image to the prediction", dots, document)


def _several(document: Mapping[str, Any]) -> Picture:
    dots = [
        Dot(each["blocks"], error, f"without {each['blocks']} blocks: {percent(error)}", "c0", hollow=True)
        for each in document["deletions"]
        for error in each["errors"]
    ]
    means = [(each["blocks"], each["mean"]) for each in document["deletions"]]
    picture = _errors("Blocks deleted at random", "blocks deleted at once", dots, document, curve=means)
    return Picture(picture.svg, [(symbol("c0", hollow=True), "one draw; line: mean"), *picture.legend[1:]], picture.title)


def _order(document: Mapping[str, Any]) -> Picture:
    dots = [
        Dot(each["tau"], each["error"], f"tau {each['tau']:.2f}: {percent(each['error'])}", "c0", hollow=True)
        for each in document["reorderings"]
    ]
    dots.append(Dot(1.0, document["error"], f"as it was: {percent(document['error'])}", "c1", shape=2))
    name = "Kendall's tau of the order: 1 as it was, 0 as by chance"
    return _errors("Blocks in another order", name, dots, document, whole_x=False)


def _errors(
    title: str, name: str, dots: Sequence[Dot], document: Mapping[str, Any], *, curve: Points = (), whole_x: bool = True
) -> Picture:
    """Errors from 0 on, and a dashed line at that of the whole network."""
    x = Axis.over(name, [dot.x for dot in dots], whole=whole_x)
    y = Axis("error", 0.0, 1.08 * max(document["error"], *(dot.y for dot in dots)) or 1.0, False, percent)
    whole = Line(((x.low, document["error"]), (x.high, document["error"])), "c1 dashed")
    lines = [whole, Line(tuple(curve), "c0")] if curve else [whole]
    legend = [(symbol("c0"), "error"), (DASH, f"whole network, {percent(document['error'])}")]
    if any(dot.hollow for dot in dots):
        legend[0] = (symbol("c0", hollow=True), "one draw")
    return Picture(scatter(dots, x=x, y=y, lines=lines, whole_x=whole_x, alt=title), legend, title)


def _paths(lengths: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """How many paths of each length, what gradient one brings, and what all of them bring together."""
    some = [each for each in lengths if each["gradient"] > 0]
    return [
        _curve(lengths, "share", "Paths of each length", "share of the paths", "c0"),
        _curve(some, "gradient", "Gradient along one path", "norm of the gradient", "c1"),
        _curve(lengths, "gradient_share", "Gradient along all paths of a length", "share of the gradient", "c2"),
    ]


def _curve(lengths: Sequence[Mapping[str, Any]], key: str, title: str, name: str, colour: str) -> Picture:
    points = tuple((float(each["blocks"]), float(each[key])) for each in lengths)
    x = Axis.over("blocks that a path goes through", [at for at, _ in points] or [0], whole=True)
    share = key != "gradient"
    values = [value for _, value in points]
    y = Axis(name, 0.0, 1.08 * max(values), False, percent) if share else replace(Axis.over(name, values), show=_power)
    show = percent if share else _power
    dots = [Dot(at, value, f"{at:g} blocks: {show(value)}", colour) for at, value in points]
    mean = sum(at * value for at, value in points) / (sum(values) or 1)
    told = f"{mean:.3g} blocks on average" if share else "mean of the drawn paths"
    picture = scatter(dots, x=x, y=y, lines=[Line(points, colour, filled=share)], whole_x=True, alt=title)
    return Picture(picture, [(symbol(colour), told)], title)


def _power(value: float) -> str:
    """4e-05: gradients differ by many powers of ten."""
    return f"{value:.2g}" if 0.01 <= value < 100 else f"{value:.0e}"
