"""The two pictures of a page: the trade-off, and deeper or wider."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from nas.drawing.numbers import Axis, short, shower
from nas.drawing.scatter import Dot, Line, scatter, symbol
from nas.report.trials import Trial, connectivity, first_is_maximized, measured, objectives, value_of

COLOURS = 6


def trade_off(data: dict[str, Any]) -> str:
    """The first objective against the second (or params): what is on the front, what is not, what was stopped."""
    metric, *others = objectives(data)
    cost = others[0] if others else "params"
    trials = measured(data.get("trials") or [], metric, cost)
    if not trials:
        return _empty(f"No trial has both {metric} and {cost} yet.")
    x, y = _axis(cost, trials), _axis(metric, trials)
    front = [trial for trial in trials if trial.get("on_front")]
    best = next((trial for trial in front if trial.get("number") == data.get("best")), None)
    # The front last, so that it lies on top, and of it the best.
    ordered = sorted(trials, key=lambda t: (bool(t.get("on_front")), t.get("state") == "finished", t is best))
    dots = [
        Dot(
            _at(trial, cost),
            _at(trial, metric),
            _title(trial, metric),
            "front" if trial in front else "rest",
            hollow=trial.get("state") != "finished",
            label=f"#{trial.get('number')}" if trial in front else "",
        )
        for trial in ordered
    ]
    line = Line(tuple(sorted((_at(trial, cost), _at(trial, metric)) for trial in front)), "front")
    legend = [
        (symbol("front"), "on the front"),
        (symbol("rest"), "finished"),
        (symbol("rest", hollow=True), "stopped early or paused"),
    ]
    picture = scatter(dots, x=x, y=y, lines=[line], alt=f"{metric} against {cost} of {len(trials)} trials")
    return _figure(picture, legend, "A trial is on the front if no other is better in one and as good in the other.")


def deeper_or_wider(data: dict[str, Any]) -> str:
    """The first objective over depth, each connectivity in its colour, with a line through its best at each depth."""
    metric = objectives(data)[0]
    trials = measured(data.get("trials") or [], metric, "depth")
    if not trials:
        return _empty(f"No trial has {metric} and depth yet.")
    kinds = sorted({connectivity(trial) for trial in trials})
    x, y = Axis.over("depth", [_at(trial, "depth") for trial in trials], whole=True), _axis(metric, trials)
    dots = [
        Dot(
            _at(trial, "depth"),
            _at(trial, metric),
            _title(trial, metric),
            _colour(kinds, trial),
            shape=kinds.index(connectivity(trial)),
            hollow=trial.get("state") != "finished",
        )
        for trial in sorted(trials, key=lambda trial: trial.get("state") == "finished")
    ]
    choose = max if first_is_maximized(data) else min
    lines = [_best_line([t for t in trials if connectivity(t) == kind], metric, kinds, choose) for kind in kinds]
    legend = [(symbol(f"c{number % COLOURS}", shape=number), kind or "all trials") for number, kind in enumerate(kinds)]
    picture = scatter(dots, x=x, y=y, lines=lines, whole_x=True, alt=f"{metric} over depth of {len(trials)} trials")
    return _figure(
        picture, legend, "Depth in weighted layers; lines join the best at each depth; hollow: stopped early or paused."
    )


def _best_line(trials: Sequence[Trial], metric: str, kinds: Sequence[str], choose: Callable[..., float]) -> Line:
    best: dict[float, float] = {}
    for trial in trials:
        if trial.get("state") == "finished":
            depth, value = _at(trial, "depth"), _at(trial, metric)
            best[depth] = choose(value, best.get(depth, value))
    return Line(tuple(sorted(best.items())), _colour(kinds, trials[0]))


def _colour(kinds: Sequence[str], trial: Trial) -> str:
    return f"c{kinds.index(connectivity(trial)) % COLOURS}"


def _at(trial: Trial, name: str) -> float:
    value = value_of(trial, name)
    assert value is not None  # `measured` left out those without
    return value


def _axis(name: str, trials: Sequence[Trial]) -> Axis:
    return Axis.over(name, [_at(trial, name) for trial in trials])


def _title(trial: Trial, metric: str) -> str:
    value = _at(trial, metric)
    parts = [f"trial {trial.get('number')}", f"{metric} {shower(metric, [value])(value)}"]
    for name in ("params", "macs", "depth", "width"):
        cost = value_of(trial, name)
        if cost is not None:
            parts.append(f"{name} {short(cost)}")
    return ", ".join([*parts, connectivity(trial) or "", trial.get("state") or ""]).replace(", ,", ",")


def _figure(picture: str, legend: Sequence[tuple[str, str]], note: str) -> str:
    items = "".join(f"<li>{mark}{html.escape(text)}</li>" for mark, text in legend)
    return f'<figure>{picture}<figcaption><ul class="legend">{items}</ul>{html.escape(note)}</figcaption></figure>'


def _empty(text: str) -> str:
    return f'<p class="note">{html.escape(text)}</p>'
