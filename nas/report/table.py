"""A table of a page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Cell(NamedTuple):
    """A cell that is sorted by a number, which its text may have rounded."""

    text: str  # escaped
    value: float


PLAIN = "word"  # the kind of column that most are, and whose cells need no class: it would be a third of a page


def table(
    head: Sequence[str], kinds: Sequence[str], rows: Iterable[tuple[str, Sequence[str | Cell]]], *, sortable: bool = False
) -> str:
    """A table of escaped cells; `kinds` are the columns' classes. One that is sortable scrolls in a window of its own."""
    top = "".join(f'<th class="{kind}">{html.escape(name)}</th>' for name, kind in zip(head, kinds, strict=True))
    lines = "\n".join(_row(row, kinds, cells) for row, cells in rows)
    around, kind = ("scroll tall", ' class="sortable"') if sortable else ("scroll", "")
    return (
        f'<div class="{around}" tabindex="0"><table{kind}><thead><tr>{top}</tr></thead><tbody>\n{lines}\n</tbody></table></div>'
    )


def _row(row: str, kinds: Sequence[str], cells: Sequence[str | Cell]) -> str:
    opening = f'<tr class="{row}">' if row else "<tr>"
    return opening + "".join(_cell(*each) for each in zip(kinds, cells, strict=True)) + "</tr>"


def _cell(kind: str, cell: str | Cell) -> str:
    if isinstance(cell, Cell):
        return f'<td data-n="{cell.value:.7g}">{cell.text}</td>'
    return f"<td>{cell}</td>" if kind == PLAIN else f'<td class="{kind}">{cell}</td>'
