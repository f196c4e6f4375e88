"""Learning curves: the first objective after each epoch, the best trials in colour on top of all others."""

from __future__ import annotations

import math
from typing import Any

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.numbers import Axis, shower
from nas.report.told import REST
from nas.report.trials import Trial, objectives, ranked

BEST = 3


def curves(data: dict[str, Any]) -> Chart | None:
    """None where no trial has two epochs."""
    metric = objectives(data)[0]
    found = [(trial, points) for trial in data.get("trials") or [] if len(points := _points(trial, metric)) > 1]
    if not found:
        return None
    best = [trial.get("number") for trial in ranked(data)[:BEST]]
    looks = {number: Look(f"c{place}", shape=place) for place, number in enumerate(best)}
    found.sort(key=lambda one: -best.index(one[0].get("number")) if one[0].get("number") in looks else -len(best) - 1)
    lines = [Line(points, looks.get(trial.get("number"), REST)) for trial, points in found]
    coloured = [(trial, points) for trial, points in found if trial.get("number") in looks]
    dots = [_ends(trial, points, metric, looks[trial.get("number")]) for trial, points in coloured]
    everything = [point for _, points in found for point in points]
    x = Axis.over("epoch", [epoch for epoch, _ in everything], whole=True)
    y = Axis.over(metric, [value for _, value in everything])
    legend = [Key(f"#{number}", looks[number]) for number in best if any(t.get("number") == number for t, _ in found)]
    note = "Lines that end early were stopped, paused, or failed."
    alt = f"{metric} after each epoch of {len(found)} trials"
    return Chart("Learning curves", x, y, dots, lines, [*legend, Key("all others", REST, line=True)], note, alt)


def _ends(trial: Trial, points: tuple[tuple[float, float], ...], metric: str, look: Look) -> Dot:
    epoch, value = points[-1]
    return Dot(epoch, value, f"#{trial.get('number')}: {metric} {shower(metric, [value])(value)} after {epoch:g} epochs", look)


def _points(trial: Trial, metric: str) -> tuple[tuple[float, float], ...]:
    curve = [(float(epoch), (metrics or {}).get(metric)) for epoch, metrics in trial.get("curve") or []]
    return tuple((epoch, value) for epoch, value in curve if isinstance(value, int | float) and math.isfinite(value))
