"""Totals over the stages of a network: how many of them halve the resolution, and how many widen.

`halvings: [1, 4]` is kept by construction: a stage is asked only where both answers leave later stages a way to meet the
total, so nothing is drawn in vain. The question of a stage has the same answers in every trial, as Optuna demands of a
choice from a list, and a strategy sees each stage by itself: networks that differ in one stage are neighbours. One choice
among all patterns of a length would be drawn evenly, but says nothing of which patterns are alike.

The price: where a total binds, random draws favour what counts in the early stages. Of the macro networks of
TransNAS-Bench-101 (Duan et al. 2021, arXiv:2105.11871, section 3.1) with 4, 5 and 6 stages they are as varied as even
draws from 197 of 210, 664 of 750 and 1,722 of 2,296 (the exponential of their entropy). Each number of stages is drawn
alike, however many networks have it, as depths are elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from nas.complaint import InnerError, shown
from nas.space.choice import choices_in, options_of

Pair = tuple[int, int]
TOTALS = {"stride": "halvings", "growth": "widenings"}  # position -> the total of stages where it is above 1
_AS_JSON = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
    ]
}


def _pair(value: Any) -> Pair:
    """3 and [3, 3] mean the same."""
    ends = [value, value] if not isinstance(value, list | tuple) else list(value)
    whole = all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    if len(ends) != 2 or not whole or not 0 <= ends[0] <= ends[1]:
        got = shown(value) if isinstance(value, dict) else value
        raise ValueError(f"a total is a number of stages, or the least and the most of them, such as [1, 3], got {got}")
    return ends[0], ends[1]


Total = Annotated[Pair, BeforeValidator(_pair), WithJsonSchema(_AS_JSON)]


def stages_of(position: Any, stages: int) -> list[Any]:
    """What stands at a position for each of so many stages."""
    return list(position[:stages]) if isinstance(position, tuple) else [position] * stages


def counts(value: int) -> bool:
    """Whether a stage of this stride or growth is one of those that a total counts."""
    return value > 1


def left(each: Sequence[Any], total: Pair, before: Sequence[int]) -> list[int]:
    """The values of the next stage, behind those `before`, with which the later stages can meet the total."""
    own, *later = each[len(before) :]
    so_far = sum(map(counts, before))
    least = sum(all(map(counts, options_of(one))) for one in later)
    most = sum(any(map(counts, options_of(one))) for one in later)
    return [
        value
        for value in options_of(own)
        if so_far + counts(value) + least <= total[1] and so_far + counts(value) + most >= total[0]
    ]


def check(name: str, position: Any, total: Pair, lengths: Sequence[int]) -> None:
    """See that a total can be kept by what stands at the position `name`, in networks of all `lengths`; `InnerError`."""
    for choice in choices_in(position):
        if choice.when:
            raise InnerError((name,), f"takes no 'when' where network.{TOTALS[name]} says how many stages have it")
    for one in stages_of(position, max(lengths)):
        options = options_of(one)
        if len(set(map(counts, options))) < len(options):
            text = f"each stage has 1 or one other value where network.{TOTALS[name]} says how many have that, got {options}"
            raise InnerError((name,), text)
    for length in lengths:
        _check_length(name, stages_of(position, length), total)


def _check_length(name: str, each: Sequence[Any], total: Pair) -> None:
    least = sum(all(map(counts, options_of(one))) for one in each)
    most = sum(any(map(counts, options_of(one))) for one in each)
    if total[0] > most or total[1] < least:
        possible = f"{least}" if least == most else f"{least} to {most}"
        text = f"of {len(each)} stages {possible} can have a {name} above 1, and it asks for {_said(total)}"
        raise InnerError((TOTALS[name],), f"{text}; change it, or network.stages, or network.{name}")


def _said(total: Pair) -> str:
    return str(total[0]) if total[0] == total[1] else f"{total[0]} to {total[1]}"
