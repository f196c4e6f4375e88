"""What a test of a fault gives to the table of README.md."""

from __future__ import annotations

from typing import Protocol


class Record(Protocol):
    """Note one line of the table; `promise` as P1 to P22, `found` in words or numbers that were measured."""

    def __call__(self, promise: str, fault: str, *, times: int, promised: str, found: str) -> None: ...
