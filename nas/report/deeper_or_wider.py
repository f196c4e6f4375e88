"""Deeper or wider: the first objective over depth, and over depth and width with lines of one budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.numbers import Axis, short, shower
from nas.report.told import at, axis, finished, told
from nas.report.trials import Trial, connectivity, first_is_maximized, measured, objectives, value_of

COLOURS = 6
LEVELS = 5  # of an error, on the map
BUDGET = Look("c5", dashed=True)
STEPS = 40  # points of a line


def by_depth(data: dict[str, Any]) -> Chart | None:
    """Each connectivity in its colour, with a line through its best at each depth; None where nothing is measured."""
    metric = objectives(data)[0]
    trials = measured(data.get("trials") or [], metric, "depth")
    if not trials:
        return None
    # In the order in which they were tried: as the search goes on, none changes its colour.
    kinds = list(dict.fromkeys(connectivity(trial) for trial in trials))
    looks = {kind: Look(f"c{number % COLOURS}", shape=number) for number, kind in enumerate(kinds)}
    dots = [
        Dot(
            at(trial, "depth"),
            at(trial, metric),
            told(trial, metric),
            looks[connectivity(trial)]._replace(hollow=not finished(trial)),
        )
        for trial in sorted(trials, key=finished)
    ]
    choose = max if first_is_maximized(data) else min
    lines = [_best_line([t for t in trials if connectivity(t) == kind], metric, looks[kind], choose) for kind in kinds]
    return Chart(
        f"{metric} over depth",
        axis("depth", trials, whole=True),
        axis(metric, trials),
        dots,
        [line for line in lines if line.points],
        [Key(kind or "all trials", look) for kind, look in looks.items()],
        "Depth in weighted layers; lines join the best at each depth; hollow: stopped early or paused.",
        f"{metric} over depth of {len(trials)} trials",
    )


def _best_line(trials: Sequence[Trial], metric: str, look: Look, choose: Callable[..., float]) -> Line:
    best: dict[float, float] = {}
    for trial in filter(finished, trials):
        depth, value = at(trial, "depth"), at(trial, metric)
        best[depth] = choose(value, best.get(depth, value))
    return Line(tuple(sorted(best.items())), look)


def depth_width_map(data: dict[str, Any]) -> Chart | None:
    """The first objective in five colours over depth and width; None where no width was searched."""
    metric = objectives(data)[0]
    trials = measured(data.get("trials") or [], metric, "depth", "width", "params")
    if len({value_of(trial, "width") for trial in trials}) < 2:
        return None
    x, y = axis("depth", trials, whole=True), axis("width", trials, whole=True)
    levels = _levels([at(trial, metric) for trial in trials], best_first=-1 if first_is_maximized(data) else 1)
    looks = [Look(f"s{number}") for number in range(LEVELS)]
    best_last = sorted(trials, key=lambda trial: (finished(trial), -levels(at(trial, metric))))
    dots = [
        Dot(
            at(trial, "depth"),
            at(trial, "width"),
            told(trial, metric),
            looks[levels(at(trial, metric))]._replace(hollow=not finished(trial)),
        )
        for trial in best_last
    ]
    legend = []
    for number, look in enumerate(looks):
        values = [at(trial, metric) for trial in trials if levels(at(trial, metric)) == number]
        if values:
            show = shower(metric, values)
            legend.append(Key(" to ".join(dict.fromkeys([show(min(values)), show(max(values))])), look))
    lines, budgets = _budgets(trials, x, y)
    legend.append(Key(budgets, BUDGET, line=True))
    note = (
        f"Colour: {metric}, from the best fifth to the worst; hollow: stopped early or paused. Dashed: where params would be "
        "these, were they depth × width² times what they are in the median network here."
    )
    return Chart(f"{metric} over depth and width", x, y, dots, lines, legend, note, f"{metric} of {len(trials)} trials")


def _levels(values: Sequence[float], *, best_first: int) -> Callable[[float], int]:
    """To which fifth of the values one belongs; equal values to the same."""
    ordered = sorted(best_first * value for value in values)
    place = {value: at for at, value in reversed(list(enumerate(ordered)))}
    return lambda value: place[best_first * value] * LEVELS // len(ordered)


def _budgets(trials: Sequence[Trial], x: Axis, y: Axis) -> tuple[list[Line], str]:
    """Lines of half, one and two times the median params, and those in words.

    A convolution of c channels has about c² weights, so at one budget the width falls with the root of the depth (He and
    Sun 2015, arXiv:1412.1710, section 3).
    """
    unit = median(at(trial, "params") / (at(trial, "depth") * at(trial, "width") ** 2) for trial in trials)
    middle = median(at(trial, "params") for trial in trials)
    lines, first = [], max(x.low, 1.0)
    for budget in (middle / 2, middle, middle * 2):
        depths = [first + (x.high - first) * step / STEPS for step in range(STEPS + 1)]
        points = tuple((depth, math.sqrt(budget / (unit * depth))) for depth in depths)
        lines.append(Line(tuple(point for point in points if y.low <= point[1] <= y.high), BUDGET))
    told = f"{short(middle / 2)}, {short(middle)} and {short(2 * middle)} params"
    return [line for line in lines if len(line.points) > 1], told
