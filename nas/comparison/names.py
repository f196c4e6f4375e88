"""What the networks of a comparison are called, and where they stand in its table."""

from __future__ import annotations

from collections.abc import Mapping

from nas.space.choice import Scalar
from nas.space.compare import CompareSettings
from nas.space.kind import Values

GROUPING = ("budget", "row")  # networks that differ in these are not compared with each other


def group_of(said: Values, compare: CompareSettings) -> str:
    """Those that are compared with each other: "20,000 params", a row of published networks, or "" for all."""
    if "row" in said:
        return str(said["row"])
    if not compare.budgets:
        return ""
    return f"{said.get('budget', compare.budgets[0]):,} {compare.equal}"


def name_of(said: Values) -> str:
    """What varies, in words: "depth 2, residual"; names are dropped where the value says enough."""
    parts = [(name, value) for name, value in said.items() if name not in GROUPING]
    parts.sort(key=lambda part: part[0] != "depth")
    return ", ".join(str(value) if isinstance(value, str) else f"{name} {value}" for name, value in parts)


def place_of(said: Values) -> tuple[str, str]:
    """Row and column in the table of a group: depth down, everything else across."""
    rest = {name: value for name, value in said.items() if name != "depth"}
    return (f"depth {said['depth']}", name_of(rest)) if "depth" in said else ("", name_of(rest))


def not_one(reference: Mapping[str, Scalar], count: int, group: str) -> str:
    """What is wrong with a reference that so many networks of a group are."""
    choices = ", ".join(f"{name}: {value}" for name, value in reference.items())
    return f"{{{choices}}} is {count} networks{f' of {group}' if group else ''}, and must be one"
