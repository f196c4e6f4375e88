"""YAML text to plain data and positions, safely: no code runs, and no short text takes long.

A YAML 1.2-like core schema, stricter than PyYAML's 1.1: only true, false and null are not text (`no`, `on`
and dates are text), `1e-3` is a number, a whole number is plain decimal, NaN and infinity are refused. So are
tags, merge keys, duplicate keys and keys that are not text. Bounded are the bytes, the nesting, the aliases
and the values they expand to. The parser is PyYAML's in pure Python: the C one crashes the process on deep
nesting.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import BaseResolver

from nas.errors import DocumentError

BYTES_LIMIT = 1_000_000
NESTING_LIMIT = 64
ALIASES_LIMIT = 100
VALUES_LIMIT = 30_000  # a second or two of the pure-Python parser

Loc = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_FLOAT = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class Position:
    """Where a value and its key stand, counted from 1; a value that has no key has its own place."""

    line: int
    column: int
    key_line: int
    key_column: int


@dataclass
class Composed:
    """Plain data and the position of each value in it by its path."""

    data: Any = None
    positions: dict[Loc, Position] = field(default_factory=dict)


def compose(text: str, *, name: str) -> Composed:
    """The one document in `text`, empty text being null; `name` is the file's in errors.

    Raises DocumentError, whose text begins with name:line:column.
    """
    if len(text.encode(errors="replace")) > BYTES_LIMIT:
        raise DocumentError(f"{name}: a document may have at most {BYTES_LIMIT} bytes")
    try:
        root = _EventComposer(_checked(text, name)).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        raise DocumentError(
            f"{name}:{line}:{column}: a character that YAML does not allow: {_character(error.character)}"
        ) from None
    if root is None:
        return Composed(None, {(): Position(1, 1, 1, 1)})
    builder = _Builder(name)
    return Composed(builder.value(root, (), root.start_mark), builder.positions)


def _character(character: object) -> str:
    return f"U+{character:04X}" if isinstance(character, int) else repr(character)


def _syntax_error(error: yaml.MarkedYAMLError, name: str) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    text = ", ".join(part for part in (error.context, error.problem) if part)
    text = text.replace("could not found", "could not find")
    return DocumentError(f"{_at(mark, name)}: not YAML: {text}" if mark else f"{name}: not YAML: {text}")


def _at(mark: yaml.Mark, name: str) -> str:
    return f"{name}:{mark.line + 1}:{mark.column + 1}"


def _checked(text: str, name: str) -> Iterator[yaml.Event]:
    """The events of `text`, ended by an error as soon as one of the limits is passed."""
    depth = aliases = values = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        problem = None
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > NESTING_LIMIT:
                problem = f"nested deeper than {NESTING_LIMIT} levels"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > ALIASES_LIMIT:
                problem = f"more than {ALIASES_LIMIT} aliases"
        values += isinstance(event, yaml.NodeEvent)
        if values > VALUES_LIMIT:
            problem = f"more than {VALUES_LIMIT} values; a large genome is read from .json"
        tag = getattr(event, "tag", None)
        if tag is not None:
            short = str(tag).replace("tag:yaml.org,2002:", "!!")[:60]
            problem = f"the tag {short!r} is refused: only plain values, lists and mappings are read"
        if problem:
            raise DocumentError(f"{_at(event.start_mark, name)}: {problem}")
        yield event


class _EventComposer(Composer, BaseResolver):
    """PyYAML's composer over events that were checked already; resolves no tags."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._events = events
        self._next = next(self._events, None)

    def check_event(self, *choices: type[yaml.Event]) -> bool:
        return self._next is not None and (not choices or isinstance(self._next, choices))

    def peek_event(self) -> yaml.Event | None:
        return self._next

    def get_event(self) -> yaml.Event | None:
        event, self._next = self._next, next(self._events, None)
        return event


class _Builder:
    """Makes data of composed nodes, aliases being copied, and notes where each value stands."""

    def __init__(self, name: str) -> None:
        self.positions: dict[Loc, Position] = {}
        self._name = name
        self._open: set[int] = set()  # the nodes around the one at hand, to find an alias to itself

    def value(self, node: yaml.Node, loc: Loc, key: yaml.Mark) -> Any:
        mark = node.start_mark
        self.positions[loc] = Position(mark.line + 1, mark.column + 1, key.line + 1, key.column + 1)
        if len(self.positions) > VALUES_LIMIT:
            raise self._error(mark, f"aliases expand to more than {VALUES_LIMIT} values")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, loc)
        if id(node) in self._open:
            raise self._error(mark, "an alias inside of what it stands for")
        if len(loc) >= NESTING_LIMIT:
            raise self._error(mark, f"nested deeper than {NESTING_LIMIT} levels")
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            value = self._mapping(node, loc)
        else:
            value = [self.value(item, (*loc, index), item.start_mark) for index, item in enumerate(node.value)]
        self._open.remove(id(node))
        return value

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in result:
                first = self.positions[(*loc, key)]
                raise self._error(key_node.start_mark, f"the key {key[:60]!r} stands twice; first in line {first.key_line}")
            result[key] = self.value(value_node, (*loc, key), key_node.start_mark)
        return result

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node.start_mark, "a key must be text, got a list or a mapping")
        if node.value == "<<" and node.style is None:
            raise self._error(node.start_mark, "merge keys (<<) are refused: write the keys out")
        if node.value == "" and node.style is None:
            raise self._error(node.start_mark, "a key must be text, got nothing")
        return node.value

    def _scalar(self, node: yaml.ScalarNode, loc: Loc) -> Any:
        if node.style is not None:  # quoted or a block: text, whatever it looks like
            return node.value
        try:
            return plain(node.value)
        except ValueError as error:
            path = ".".join(map(str, loc))
            raise self._error(node.start_mark, f"{path[:80]}: {error}" if path else str(error)) from None

    def _error(self, mark: yaml.Mark, message: str) -> DocumentError:
        return DocumentError(f"{_at(mark, self._name)}: {message}")


def plain(text: str) -> bool | int | float | str | None:
    """What an unquoted scalar means. Raises ValueError for one that should not be read as anything.

    >>> [plain(text) for text in ("true", "no", "12", "1e-3", "100k", "~")]
    [True, 'no', 12, 0.001, '100k', None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > 20 or abs(int(text)) >= 2**63:
            raise ValueError(f"a whole number must be below 2**63, got {text[:24]}...")
        return int(text)
    if _LEADING_ZERO.fullmatch(text):
        raise ValueError(f"{text[:24]} may be a number or text: leave out the leading zero, or put it in quotes")
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"a number must be finite, got {text}")
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"a number must be finite, got {text[:24]}")
        return number
    return text
