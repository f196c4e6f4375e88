"""An outcome: how one trial ended, as plain data."""

from __future__ import annotations

import dataclasses
import traceback
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_REASON = 2000  # characters
MAX_TRACEBACK = 8000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended.

    finished: metrics are the evaluator's. paused: the job's `until` is reached. stopped: the report was answered with
    "no". Of both, metrics are the last that were reported. failed: reason is one of "out of memory: ...",
    "not a number: ...", "time limit: ...", "error: <type>: ..."; metrics are the last that were reported, if any.
    interrupted: what it wrote could not be kept, and reason says why; it is no result, and the search cannot go on.
    seconds: what the attempt took, by a clock that never jumps. notes: what a person should know of a trial that went on.
    """

    status: Literal["finished", "paused", "stopped", "failed", "interrupted"]
    seconds: float
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    traceback: str = ""

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def reason_of(error: BaseException) -> str:
    """ "error: <type>: <text>", bounded, and such that any file or database can hold it."""
    try:
        text = str(error)
    except BaseException as second:  # an exception's own __str__ may raise anything
        text = f"(its text cannot be shown: {type(second).__name__})"
    return bounded(f"error: {type(error).__name__}: {text}", MAX_REASON)


def traceback_of(error: BaseException) -> str:
    """The end of the traceback, bounded; "" where there is none to show."""
    try:
        lines = traceback.format_exception(error, limit=-20, chain=False)
    except BaseException:  # as above: it calls __str__
        lines = traceback.format_tb(error.__traceback__, limit=-20)
    return clean("".join(lines))[-MAX_TRACEBACK:]


def bounded(text: str, limit: int) -> str:
    text = clean(text)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def clean(text: str) -> str:
    """Without lone surrogates and NUL, which UTF-8 and databases refuse."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
