"""A table of a page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], kinds: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A table of escaped cells; `kinds` are the columns' classes."""
    top = "".join(f'<th class="{kind}">{html.escape(name)}</th>' for name, kind in zip(head, kinds, strict=True))
    body = [
        f'<tr class="{row}">'
        + "".join(f'<td class="{kind}">{cell}</td>' for kind, cell in zip(kinds, cells, strict=True))
        + "</tr>"
        for row, cells in rows
    ]
    lines = "\n".join(body)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>\n{lines}\n</tbody></table></div>'
