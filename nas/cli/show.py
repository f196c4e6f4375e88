"""How results are printed: tables of text, and JSON."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

# What moves a terminal's cursor, sets its title or turns the order of letters around: names come from other people's files.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"-?[\d,.]+(e[-+]?\d+)?[kMGT]?( %)?(\*|\^\d+)?")  # a mark may follow


def legible(text: str) -> str:
    """The text with control characters written out, but for tabs and ends of lines."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def note(text: str = "") -> None:
    """A line for the person, on standard error: standard output is for results."""
    print(legible(text), file=sys.stderr, flush=True)


def put(text: object = "") -> None:
    """A result, on standard output."""
    print(legible(str(text)))


def print_json(document: Any) -> None:
    """One JSON document on standard output and nothing else."""
    print(json.dumps(document, indent=2, allow_nan=False))


def columns(stream: TextIO) -> int | None:
    """How wide the terminal is that `stream` writes to; None where it is none, and lines may have any length."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], *, width: int | None = None) -> str:
    """Rows under a head, columns as wide as their widest entry, numbers to the right; cut to `width` where it is given."""
    lines = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    right = [bool(lines) and all(_numeric(line[i]) for line in lines) for i in range(len(head))]
    out = []
    for line in [list(head), *lines]:
        cells = [cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True)]
        out.append(cut("  ".join(cells).rstrip(), width))
    return "\n".join(out)


def cut(text: str, width: int | None) -> str:
    """A line that fits, with an ellipsis where it was longer."""
    return text if width is None or len(text) <= width else f"{text[: width - 1]}…"


def _numeric(text: str) -> bool:
    return text in ("", "-") or _NUMBER.fullmatch(text.strip()) is not None
