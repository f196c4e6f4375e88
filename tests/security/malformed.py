"""Search spaces and runners with one thing wrong in each, made of good ones by what their schemas say.

Each knows under which path, and so between which lines, it is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from nas import shipped

WRONG: tuple[Any, ...] = ("banana", -7, 0.5, True, [1, [2]], {"a": {"b": 1}}, None, "1e-3", "", [], 10**30, "\x1b[2J")
TYPOS = ("x", "_", "é")


@dataclass(frozen=True)
class Malformed:
    """A document that is wrong at `place`, which its error must name, and what was done to it."""

    kind: shipped.Kind
    what: str
    text: str
    place: tuple[str | int, ...]

    def lines(self, *, around: int = 0) -> range:
        """The lines of what is wrong, as PyYAML counts them; `around` so many of the sections that it stands in."""
        at, start = yaml.compose(self.text), 1
        for part in self.place[: max(1, len(self.place) - around)]:
            if isinstance(at, yaml.MappingNode):
                key, at = next(pair for pair in reversed(at.value) if pair[0].value == str(part))
                start = key.start_mark.line + 1
            else:
                assert isinstance(at, yaml.SequenceNode) and isinstance(part, int)
                at = at.value[part]
                start = at.start_mark.line + 1
        assert at is not None
        end = at.end_mark.line + bool(at.end_mark.column)
        return range(start, max(start, end) + 1)


def documents(*, every: int = 1) -> Iterator[Malformed]:
    """Malformed versions of all shipped search spaces and runners; of each kind of mistake one in `every`."""
    number = 0
    for kind in ("search_spaces", "runners"):
        for path in sorted(shipped.folder(kind).glob("*.yaml")):
            good = yaml.safe_load(path.read_text())
            for what, bad, place in mistakes(good):
                number += 1
                if number % every == 0:
                    yield Malformed(kind, f"{path.stem}: {what}", dumped(bad), place)


def mistakes(good: dict[str, Any]) -> Iterator[tuple[str, Any, tuple[str | int, ...]]]:
    for place in places(good, ()):
        at = ".".join(map(str, place))
        for wrong in WRONG:
            yield f"{at} is {wrong!r}", changed(good, place, wrong), place
        if isinstance(place[-1], str):
            for typo in TYPOS:
                yield f"{at} with {typo}", renamed(good, place, f"{place[-1]}{typo}"), (*place[:-1], f"{place[-1]}{typo}")
            yield f"{at} twice", Twice(good, place), place


@dataclass
class Twice:
    """A document in which a key stands twice."""

    good: dict[str, Any]
    place: tuple[str | int, ...]


def places(value: Any, loc: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document but the whole."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*loc, key)
        yield from places(child, (*loc, key))


def changed(good: Any, place: tuple[str | int, ...], wrong: Any) -> Any:
    bad = copy.deepcopy(good)
    at = bad
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = wrong
    return bad


def renamed(good: Any, place: tuple[str | int, ...], key: str) -> Any:
    bad = copy.deepcopy(good)
    at = bad
    for part in place[:-1]:
        at = at[part]
    at[key] = at.pop(place[-1])
    return bad


def dumped(bad: Any) -> str:
    if not isinstance(bad, Twice):
        return yaml.safe_dump(bad, sort_keys=False, allow_unicode=True)
    *around, key = bad.place
    inner: Any = bad.good
    for part in around:
        inner = inner[part]
    marked = changed(bad.good, tuple(bad.place), inner[key]) if not around else bad.good
    text = yaml.safe_dump(renamed(marked, bad.place, "MARK"), sort_keys=False, allow_unicode=True)
    twice = yaml.safe_dump({key: inner[key]}, sort_keys=False, allow_unicode=True, default_flow_style=True).strip()[1:-1]
    # The last key of its mapping: once more before it, in the same place.
    lines = text.splitlines()
    found = next(index for index, line in enumerate(lines) if line.lstrip("- ").startswith("MARK:"))
    first = lines[found]
    head = first[: first.index("MARK:")]
    lines[found : found + 1] = [head + twice, " " * len(head) + first[len(head) :].replace("MARK", str(key), 1)]
    return "\n".join(lines) + "\n"
