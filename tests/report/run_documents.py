"""Documents of runs as `nas show --json` prints them, and how a page is read."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "circle", "rect"}
SPACE = 'name: mine  # <b>&"quoted"\nbudget: {params: 100k}\n'


def trial(number: int, *, state: str = "finished", error: float | None = 0.1, **more: Any) -> dict[str, Any]:
    made = {
        "number": number,
        "state": state,
        "reason": "",
        "choices": {"connect": "residual", "block": "basic"},
        "params": 100_000,
        "macs": 2_000_000,
        "depth": 8,
        "width": 16,
        "fingerprint": f"network {number}",
        "metrics": {"error": error},
        "curve": [[1, {"error": 0.9}], [2, {"error": error}]],
        "seconds": 30.0,
        "parents": [],
        "on_front": False,
    }
    return made | more


def run(*trials: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "run": "results/first",
        "space": SPACE,
        "versions": {"torch": "2.13.0"},
        "objectives": ["error", "macs"],
        "trials": list(trials),
        "best": None,
        "answer": "Deeper.",
        "final": None,
    }
    return made | more


class Elements(HTMLParser):
    """Every element of a page with its attributes; fails on one that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def rows(text: str, *, under: str = "") -> list[list[str]]:
    """The cells of the first table behind a title, row by row, as they are read; a title that is not there gives none."""
    assert not under or f"<h2>{under}</h2>" in text, f"there is no section '{under}'"
    found = text.partition(f"<h2>{under}</h2>")[2] if under else text
    lines = re.findall(r"<tr.*?</tr>", found.partition("</table>")[0], re.DOTALL)
    return [[unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", line)] for line in lines]
