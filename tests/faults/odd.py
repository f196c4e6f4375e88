"""An evaluator that gives back, or raises, what no search should have to bear: one thing a trial, in the order of RESULTS."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from nas.evaluate import Context
from nas.genome import Genome

GOOD = {"error": 0.5, "loss": 1.0}
NO_METRICS, NO_NUMBER, NOT_FINITE = "metrics must be a dict", "must be a finite number", "not a number"


class Awkward:
    """Neither its text nor its length can be had."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__

    def __len__(self) -> int:
        raise RuntimeError("no length")


class Unfloatable:
    def __float__(self) -> float:
        raise ValueError("no float")


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Silent(BaseException):
    """Not even an Exception."""


# What it is -> a part of the reason that is recorded.
RESULTS: dict[str, str] = {
    "None": NO_METRICS,
    "a number": NO_METRICS,
    "text": NO_METRICS,
    "a list": NO_METRICS,
    "a set": NO_METRICS,
    "an empty dict": NO_METRICS,
    "a function": NO_METRICS,
    "a lock": NO_METRICS,
    "a generator": NO_METRICS,
    "an awkward object": "error: ",
    "nan": NOT_FINITE,
    "inf": NOT_FINITE,
    "-inf": NOT_FINITE,
    "a NumPy nan": NOT_FINITE,
    "a value None": NO_NUMBER,
    "a value of text": NO_NUMBER,
    "a value of bytes": NO_NUMBER,
    "a complex value": NO_NUMBER,
    "a list as value": NO_NUMBER,
    "an array as value": "error: ",
    "an unfloatable value": "error: ValueError: no float",
    "a lock as value": NO_NUMBER,
    "a huge int": "error: OverflowError",
    "a key of another kind": NO_NUMBER,
    "a missing key": "no metric 'error'",
    "only a misspelt key": "no metric 'error'",
    "nan beside a good value": NOT_FINITE,
    "10 MB of text as value": NO_NUMBER,
    "raises 10 MB": "error: RuntimeError: xxx",
    "raises what is not UTF-8": "error: RuntimeError: ",
    "raises without a text": "its text cannot be shown",
    "raises no Exception": "error: Silent",
    "raises in a chain": "error: KeyError",
    "recurses for ever": "error: RecursionError",
}
MADE: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "a number": lambda: 0.1,
    "text": lambda: "0.1",
    "a list": lambda: [0.1],
    "a set": lambda: {0.1},
    "an empty dict": dict,
    "a function": lambda: print,
    "a lock": threading.Lock,
    "a generator": lambda: (number for number in (0.1,)),
    "an awkward object": Awkward,
    "nan": lambda: GOOD | {"error": float("nan")},
    "inf": lambda: GOOD | {"error": float("inf")},
    "-inf": lambda: GOOD | {"error": float("-inf")},
    "a NumPy nan": lambda: GOOD | {"error": np.float32("nan")},
    "a value None": lambda: GOOD | {"error": None},
    "a value of text": lambda: GOOD | {"error": "0.1"},
    "a value of bytes": lambda: GOOD | {"error": b"0.1"},
    "a complex value": lambda: GOOD | {"error": 1j},
    "a list as value": lambda: GOOD | {"error": [0.1]},
    "an array as value": lambda: GOOD | {"error": np.zeros(3)},
    "an unfloatable value": lambda: GOOD | {"error": Unfloatable()},
    "a lock as value": lambda: GOOD | {"error": threading.Lock()},
    "a huge int": lambda: GOOD | {"error": 10**400},
    "a key of another kind": lambda: {1: 0.1},
    "a missing key": lambda: {"loss": 0.1},
    "only a misspelt key": lambda: {"Error": 0.1},
    "nan beside a good value": lambda: GOOD | {"loss": float("nan")},
    "10 MB of text as value": lambda: GOOD | {"error": "x" * 10_000_000},
}


def evaluate(genome: Genome, context: Context) -> Any:
    """The thing of this trial's number; after all of them a good result."""
    names = list(RESULTS)
    if context.job.number >= len(names):
        return dict(GOOD)
    name = names[context.job.number]
    return MADE[name]() if name in MADE else raise_(name)


def raise_(name: str) -> None:
    if name == "raises 10 MB":
        raise RuntimeError("x" * 10_000_000)
    if name == "raises what is not UTF-8":
        raise RuntimeError("\ud800 \0 \x1b[31m")
    if name == "raises without a text":
        raise Speechless
    if name == "raises no Exception":
        raise Silent
    if name == "raises in a chain":
        try:
            raise ValueError("y" * 10_000_000)
        except ValueError as error:
            raise KeyError("z") from error

    raise_(name)
