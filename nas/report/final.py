"""Final trainings, measured once on the test part."""

from __future__ import annotations

import html

from nas.drawing.numbers import shower
from nas.report.table import table


def final_trainings(finals: object) -> str:
    """A row for each trial that was trained on train and validation; "" where none was."""
    if not isinstance(finals, dict) or not finals:
        return ""
    kept = {str(number): entry for number, entry in finals.items() if isinstance(entry, dict)}
    names = sorted({name for entry in kept.values() for name in entry.get("metrics") or {} if name.startswith("test_")})
    rows = []
    for number, entry in kept.items():
        metrics = entry.get("metrics") or {}
        cells = [shower(name, [metrics[name]])(metrics[name]) if name in metrics else "" for name in names]
        rows.append(("", [f"#{number}", *cells, duration(entry.get("seconds") or 0), str(entry.get("seed", ""))]))
    head = ["trial", *(name.replace("_", " ") for name in names), "time", "seed"]
    escaped = [(mark, [html.escape(cell) for cell in cells]) for mark, cells in rows]
    return table(head, ["number"] * len(head), escaped)


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
