"""Which hyper-parameters a published architecture admits, and the error that says so."""

from __future__ import annotations

import math
from collections.abc import Collection

from nas.errors import GenomeError, nearest


def repeats(name: str, value: int, *, step: int, plus: int, least: int = 1) -> int:
    """The n of value = step * n + plus, at least `least`; `GenomeError` with the rule and the nearest admissible values.

    >>> repeats("depth", 20, step=6, plus=2)
    3
    """
    first = step * least + plus
    if isinstance(value, int) and not isinstance(value, bool) and value >= first and (value - plus) % step == 0:
        return (value - plus) // step
    rule = f"{name} must be {step}n + {plus}, {first} at least, got {value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise GenomeError(rule)
    below = (int(value) - plus) // step * step + plus
    close = [each for each in (below, below + step) if each >= first] or [first]
    raise GenomeError(
        f"{rule}; the nearest are {' and '.join(map(str, close))}" if len(close) > 1 else f"{rule}; the nearest is {close[0]}"
    )


def one_of(name: str, value: object, known: Collection[object]) -> None:
    """Refuse a `value` that is none of the known ones, with the nearest."""
    if not isinstance(value, bool) and any(value == each for each in known):
        return
    options = ", ".join(str(each) for each in known)
    numbers = [each for each in known if isinstance(each, int | float)]
    if numbers and isinstance(value, int | float) and not isinstance(value, bool):
        hint = f"; the nearest is {min(numbers, key=lambda each: abs(each - value))}"
    else:
        close = nearest(str(value), [str(each) for each in known])
        hint = close if close.startswith("; did you mean") else ""  # else it lists what the rule lists already
    raise GenomeError(f"{name} must be one of {options}, got {value!r}{hint}")


def at_least(name: str, value: object, least: int) -> None:
    """Refuse what is no whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise GenomeError(f"{name} must be a whole number of at least {least}, got {value!r}")
