"""All trials in one table, the best first, which a click on a column sorts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from nas.drawing.numbers import shower
from nas.report.document import note
from nas.report.table import Cell, table
from nas.report.trials import Trial, objectives, ranked, value_of


def all_trials(data: dict[str, Any]) -> str:
    """Finished trials by rank, then the others by number."""
    done = ranked(data)
    ranks = {id(trial) for trial in done}
    trials = [*done, *(trial for trial in data.get("trials") or [] if id(trial) not in ranks)]
    if not trials:
        return note("There are no trials yet.")
    scores = [str(name) for trial in trials for name in trial.get("scores") or {}]
    numbers = list(dict.fromkeys([*objectives(data), "params", "macs", *scores, "depth", "width", "seconds"]))
    choices = list(dict.fromkeys(key for trial in trials for key in trial.get("choices") or {}))
    choices = [key for key in choices if key.rpartition(".")[2] not in numbers]
    told = '<p class="note"><span class="mark">●</span> on the front; the best trial is shaded'
    if any(trial.get("inherits") is not None for trial in trials):
        numbers.append("inherits")
        told += "; inherits: the trial whose weights it started from, where final trainings start from scratch"
    none = '<p class="note">No trial has finished.</p>' if not done else ""
    head = ["trial", "state", *numbers, *choices]
    kinds = ["number", "word", *["number"] * len(numbers), *["word"] * len(choices)]
    rows = [_row(trial, numbers, choices, best=data.get("best")) for trial in trials]
    return f"{none}{told}</p>" + table(head, kinds, rows, sortable=True)


def _row(trial: Trial, numbers: Sequence[str], choices: Sequence[str], *, best: object) -> tuple[str, list[str | Cell]]:
    """The class of a row and its cells, escaped."""
    mark = '<span class="mark">●</span> ' if trial.get("on_front") else ""
    number = trial.get("number", 0)
    cells: list[str | Cell] = [Cell(f"{mark}#{number:d}", number), html.escape(str(trial.get("state") or ""))]
    for name in numbers:
        value = value_of(trial, name)
        if value is None:
            cells.append("")
        else:
            cells.append(Cell(html.escape(f"#{value}" if name == "inherits" else shower(name, [value])(value)), value))
    chosen = trial.get("choices") or {}
    cells += [html.escape(str(chosen.get(key, ""))) for key in choices]
    return ("best" if best is not None and trial.get("number") == best else ""), cells
