"""Lineage: which trial came from which, by what it changed, and how the best one came about."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from nas.drawing.chart import Chart, Dot, Key, Line
from nas.drawing.numbers import Axis, short, shower
from nas.report.document import note
from nas.report.table import table
from nas.report.told import FRONT, REST, STOPPED, at, axis, finished, told
from nas.report.trials import Trial, measured, objectives, value_of

MOST = 40  # generations in the table


def lineage(data: dict[str, Any]) -> Chart | None:
    """Each trial joined to its first parent, and the ancestors of the best in colour; None where there are no parents."""
    metric = objectives(data)[0]
    trials = {trial.get("number"): trial for trial in measured(data.get("trials") or [], metric)}
    pairs = [(trials[parent], trial) for trial in trials.values() if (parent := _parent(trial)) in trials]
    if not pairs:
        return None
    line = {trial.get("number") for trial in ancestry(data)}
    looks = {number: FRONT if number in line else REST._replace(hollow=not finished(trial)) for number, trial in trials.items()}

    def spot(trial: Trial) -> tuple[float, float]:
        return float(trial.get("number") or 0), at(trial, metric)

    lines = [
        Line((spot(parent), spot(child)), FRONT if line >= {parent.get("number"), child.get("number")} else REST)
        for parent, child in pairs
    ]
    lines.sort(key=lambda line: line.look == FRONT)
    ordered = sorted(trials.values(), key=lambda trial: trial.get("number") in line)
    return Chart(
        "Which came from which",
        Axis.over("trial, in the order of proposals", [spot(trial)[0] for trial in ordered], whole=True),
        axis(metric, ordered),
        [Dot(*spot(trial), told(trial, metric), looks[trial.get("number")]) for trial in ordered],
        lines,
        [Key("the best and its ancestors", FRONT), Key("finished", REST), STOPPED],
        "Each line leads from a parent to the network that was made by changing it.",
        f"{metric} of {len(trials)} trials in their order, each joined to its parent",
    )


def ancestry(data: dict[str, Any]) -> list[Trial]:
    """From the first ancestor of the best trial to itself."""
    trials = {trial.get("number"): trial for trial in data.get("trials") or []}
    found: list[Trial] = []
    trial = trials.get(data.get("best"))
    while trial is not None and trial not in found:
        found.append(trial)
        trial = trials.get(_parent(trial))
    return found[::-1]


def ancestry_table(data: dict[str, Any]) -> str:
    """How the best came about, a generation a row; "" where it has no parents."""
    line = ancestry(data)
    if len(line) < 2:
        return ""
    metric = objectives(data)[0]
    rows = []
    for parent, trial in zip([None, *line], line, strict=False):
        edit = "drawn" if parent is None else _edit(parent, trial)
        value, params = value_of(trial, metric), value_of(trial, "params")
        cells = [
            f"#{trial.get('number')}",
            edit,
            "" if value is None else shower(metric, [value])(value),
            "" if params is None else short(params),
        ]
        rows.append(("", [html.escape(cell) for cell in cells]))
    shown = rows[-MOST:]
    more = f" (its last {MOST} generations)" if len(rows) > MOST else ""
    return note(f"How the best came about{more}:") + table(
        ["trial", "edit", metric, "params"], ["number", "text", "number", "number"], shown
    )


def _parent(trial: Trial) -> object:
    parents = trial.get("parents") or []
    return parents[0] if parents else None


def _edit(parent: Trial, child: Trial) -> str:
    """The choices that differ, and who else they are from."""
    before, after = (trial.get("choices") or {} for trial in (parent, child))
    changes = [_change(name, before, after) for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    others: Sequence[object] = (child.get("parents") or [])[1:]
    mixed = f" (crossed with {', '.join(f'#{number}' for number in others)})" if others else ""
    return (", ".join(changes) or "the same choices") + mixed


def _change(name: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    if name not in after:
        return f"no {name}"
    return f"{name} {before[name]} → {after[name]}" if name in before else f"{name} {after[name]}"
