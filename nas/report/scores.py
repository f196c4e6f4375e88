"""How well the scores that need no training agree with what training found."""

from __future__ import annotations

import html
from typing import Any

from nas.report.table import table


def scores_against_results(agreement: object) -> str:
    """A row for each score and for params and macs; `agreement` is that of the summary, "" where there is none."""
    if not isinstance(agreement, dict) or not agreement.get("rows"):
        return ""
    rows = [_row(row) for row in agreement["rows"]]
    head = ["score", f"rank correlation with {agreement.get('aim')}", "95 % interval", "networks", ""]
    kinds = ["word", "number", "number", "number", "text" if any(cells[-1] for _, cells in rows) else "word"]
    note = (
        "Spearman's rank correlation over the networks that were trained to the end: 1 where the highest score has the best "
        "result, 0 where a score says nothing. What does no better than params and macs says no more than size does."
    )
    return f'<p class="note">{html.escape(note)}</p>' + table(head, kinds, rows)


def _row(row: dict[str, Any]) -> tuple[str, list[str]]:
    value, low, high = (row.get(name) for name in ("correlation", "low", "high"))
    interval = f"{low:.2f} to {high:.2f}" if low is not None and high is not None else ""
    cells = [row.get("score"), "-" if value is None else f"{value:.2f}", interval, row.get("networks"), row.get("reason") or ""]
    return "", [html.escape(str(cell)) for cell in cells]
