"""The front: the first objective against each cost, with the published networks of that size as marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nas.drawing.chart import Chart, Dot, Key, Line, Look
from nas.drawing.numbers import Axis, short
from nas.report.told import FRONT, REST, STOPPED, at, axis, finished, told
from nas.report.trials import Trial, first_is_maximized, measured, objectives, value_of

COSTS = ("params", "macs", "latency_ms")
PUBLISHED = Look("c4", shape=4, hollow=True)
LABELLED = 12  # trials of a front that are named; of more, only hovering tells


def fronts(data: dict[str, Any]) -> dict[str, Chart]:
    """A chart for each objective but the first, and each cost, that two trials differ in; by its name."""
    metric, *others = objectives(data)
    found = {}
    for cost in dict.fromkeys([*others, *COSTS]):
        trials = measured(data.get("trials") or [], metric, cost)
        if len({value_of(trial, cost) for trial in trials}) > 1 or (trials and cost == [*others, "params"][0]):
            found[f"front-{cost.replace('/', '-')}"] = _front(data, trials, metric, cost)
    return found


def _front(data: dict[str, Any], trials: Sequence[Trial], metric: str, cost: str) -> Chart:
    x, y = axis(cost, trials), axis(metric, trials)
    on = best_at_each_cost(trials, metric, cost, maximized=first_is_maximized(data))
    best = data.get("best")
    # The front last, so that it lies on top, and of it the best.
    named = {id(trial) for trial in on}
    ordered = sorted(trials, key=lambda trial: (id(trial) in named, finished(trial), trial.get("number") == best))
    dots = [
        Dot(
            at(trial, cost),
            at(trial, metric),
            told(trial, metric),
            FRONT if id(trial) in named else REST._replace(hollow=not finished(trial)),
            f"#{trial.get('number')}" if id(trial) in named and len(on) <= LABELLED else "",
        )
        for trial in ordered
    ]
    line = Line(tuple((at(trial, cost), at(trial, metric)) for trial in on), FRONT)
    legend = [Key("on the front", FRONT), Key("finished", REST), STOPPED]
    marks = _published(data.get("published") or [], cost, x, y)
    if marks:
        legend.append(Key("what published networks cost (not trained here)", PUBLISHED))
    text = f"On the front: no other finished network has a better {metric} at as few {cost.replace('_', ' ')}."
    alt = f"{metric} against {cost} of {len(trials)} trials"
    return Chart(f"{metric} against {cost}", x, y, [*marks, *dots], [line] if on else [], legend, text, alt)


def best_at_each_cost(trials: Sequence[Trial], metric: str, cost: str, *, maximized: bool) -> list[Trial]:
    """The finished trials that no other beats in these two, from the cheapest to the dearest."""
    sign = -1 if maximized else 1
    found: list[Trial] = []
    for trial in sorted(filter(finished, trials), key=lambda trial: (at(trial, cost), sign * at(trial, metric))):
        if not found or sign * at(trial, metric) < sign * at(found[-1], metric):
            found.append(trial)
    return found


def _published(networks: Sequence[dict[str, Any]], cost: str, x: Axis, y: Axis) -> list[Dot]:
    """Marks along the top: the error on these data is not known."""
    top = y.low * (y.high / y.low) ** 0.97 if y.log else y.low + 0.97 * (y.high - y.low)
    within = [network for network in networks if x.low <= network.get(cost, x.low - 1) <= x.high]
    return [Dot(network[cost], top, f"{network['name']}: {short(network[cost])} {cost}", PUBLISHED) for network in within]
