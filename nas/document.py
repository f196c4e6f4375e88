"""A YAML document that knows where each value stands, so that every error names file, line, column and path.

`read` gives the data, `parse` makes a model of it. Overrides (`--set network.depth=3`) change the data before
that; an error about such a value names the override instead of the file.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WithJsonSchema

from nas import safe_json
from nas.complaint import first_complaint, shown
from nas.errors import DocumentError, InputError
from nas.safe_yaml import BYTES_LIMIT, Loc, Position, compose

M = TypeVar("M", bound=BaseModel)

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kMG]?)")
_NUMBER_AS_TEXT = re.compile(r"\s*[-+]?[\d_.]*(e[-+]?\d+|_\d+|\s)\s*", re.IGNORECASE)  # 1e-3 or 1_000 in quotes
_PLAIN_KEY = re.compile(r"[\w/<>@+-]{1,60}")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


def parse_quantity(value: Any) -> Any:
    """ "100k", "1.7M" and "2G" as whole numbers; what is not text is left to the model.

    >>> parse_quantity("1.7M")
    1700000
    """
    if not isinstance(value, str):
        return value
    match = _QUANTITY.fullmatch(value) if len(value) <= 24 else None
    number = Decimal(match[1]) * _UNITS[match[2]] if match else Decimal("0.5")
    if number != int(number):
        raise ValueError(f"must be a whole number such as 5000, 100k, 1.7M or 2G, got {shown(value)}")
    return int(number)


Quantity = Annotated[
    int,
    Field(ge=1),
    BeforeValidator(parse_quantity),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": f"^{_QUANTITY.pattern}$"},
            ]
        }
    ),
]


@dataclass(frozen=True)
class Document:
    """Plain data (`None`, bool, int, float, str, list, dict with text keys) and where each value was
    written."""

    data: Any
    name: str  # the file's name as the user gave it
    positions: dict[Loc, Position] = field(default_factory=dict, repr=False)
    overrides: dict[Loc, str] = field(default_factory=dict)  # what was set from outside -> the path that the user wrote

    def overridden(self, loc: Loc) -> bool:
        """Whether the value at `loc` comes from an override."""
        return self._override(loc) is not None

    def where(self, loc: Loc, *, key: bool = False) -> str:
        """ "file.yaml:9:12" of the value at `loc` (of its key, with `key`), or "--set a.b".

        Where there is no such value: of the innermost one around it.
        """
        override = self._override(loc)
        if override is not None:
            return f"--set {override}"
        position = self.positions.get(loc)
        if position is None:
            return self.where(loc[:-1]) if loc else self.name
        if key:
            return f"{self.name}:{position.key_line}:{position.key_column}"
        return f"{self.name}:{position.line}:{position.column}"

    def error(self, loc: Loc, message: str, *, key: bool = False) -> DocumentError:
        """An error about the value at `loc`: "file.yaml:9:12: network.connect: message".

        Of an overridden value the path is not said twice: "--set network.connect: message".
        """
        path = path_text(loc)
        override = self._override(loc)
        said = override is not None and f"{override}.".startswith(f"{path}.")
        named = f"{path}: {message}" if path and not said else message
        return DocumentError(f"{self.where(loc, key=key)}: {named}")

    def _override(self, loc: Loc) -> str | None:
        for end in range(len(loc), 0, -1):
            if loc[:end] in self.overrides:
                return self.overrides[loc[:end]]
        return None


def path_text(loc: Loc) -> str:
    """A path as the user would write it in an override: "network.stages.0.depth"."""
    return ".".join(part if _PLAIN_KEY.fullmatch(part) else shown(part) for part in map(str, loc))


def read(path: Path, *, overrides: Sequence[str] = ()) -> Document:
    """The document in a file of UTF-8 text, with `overrides` such as "network.depth=3" applied.

    Raises DocumentError for a file that cannot be read or is not safe, plain YAML, InputError for a wrong
    override.
    """
    content = _content(path, limit=BYTES_LIMIT)
    return read_text(_decoded(content, str(path)), name=str(path), overrides=overrides)


def read_json(path: Path) -> Document:
    """The document in a file of JSON, which may be larger, and does not know where its values stand."""
    return Document(safe_json.parsed(_content(path, limit=safe_json.BYTES_LIMIT), name=str(path)), str(path))


def _content(path: Path, *, limit: int) -> bytes:
    """The bytes of a file, at most one more than `limit`."""
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError):  # also what no file can be called
        raise DocumentError(f"{path}: no such file") from None
    if not stat.S_ISREG(kind):
        raise DocumentError(f"{path}: not a file")
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from None


def _decoded(content: bytes, name: str) -> str:
    if len(content) > BYTES_LIMIT:
        raise DocumentError(f"{name}: a document may have at most {BYTES_LIMIT} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        wrong = f"must be UTF-8 text, got byte 0x{content[error.start]:02x}"
        raise DocumentError(f"{name}:{line}:{column}: {wrong}") from None


def read_text(text: str, *, name: str = "<text>", overrides: Sequence[str] = ()) -> Document:
    """The document in `text`; see `read`."""
    composed = compose(text, name=name)
    document = Document(composed.data, name, composed.positions)
    for override in overrides:
        document = _override(document, override)
    return document


def parse(model: type[M], document: Document) -> M:
    """The document as a `model`; DocumentError, one line with its position, for the first thing that is
    wrong."""
    try:
        parsed = model.model_validate(document.data)
    except ValidationError as error:
        complaint = first_complaint(error, model, document.data)
        raise document.error(complaint.loc, complaint.message, key=complaint.at_key) from None
    for loc, value in _leaves(document.data, ()):
        # pydantic takes true as the number 1, and "1_000" as 1000; who writes that has mistaken the key
        mistaken = isinstance(value, bool) or (isinstance(value, str) and _NUMBER_AS_TEXT.fullmatch(value))
        if mistaken and type(_inside(parsed, loc)) in (int, float):
            raise document.error(loc, f"must be a number, got {shown(value)}")
    return parsed


def _leaves(data: Any, loc: Loc) -> Iterator[tuple[Loc, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*loc, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*loc, index))
    else:
        yield loc, data


def _inside(parsed: Any, loc: Loc) -> Any:
    """What became of the value at `loc`, or None where the model has another form there."""
    for part in loc:
        if isinstance(parsed, BaseModel):
            parsed = getattr(parsed, str(part), None)
        elif isinstance(parsed, dict):
            parsed = parsed.get(part)
        elif isinstance(parsed, list | tuple) and isinstance(part, int) and part < len(parsed):
            parsed = parsed[part]
        else:
            return None
    return parsed


def _override(document: Document, text: str) -> Document:
    """`document` with one override; mappings and lists on the way are copied, never changed."""
    path, equals, value_text = text.partition("=")
    path = path.strip()
    parts = path.split(".")
    if not equals or not all(parts):
        raise InputError(f"--set {text}: an override is written path=value, as in --set train.epochs=3")
    value = compose(value_text, name=f"--set {path}").data
    noted = dict(document.overrides)
    loc: Loc = ()
    root = data = _copy(document.data)
    for part in parts[:-1]:
        key = _key(data, part, f"--set {path}: {path_text(loc) or 'the document'}")
        loc = (*loc, key)
        present = _inside(data, (key,))
        if present is None:
            noted[loc] = path
        data[key] = _copy(present)
        data = data[key]
    key = _key(data, parts[-1], f"--set {path}: {path_text(loc) or 'the document'}")
    data[key] = value
    loc = (*loc, key)
    noted = {other: by for other, by in noted.items() if other[: len(loc)] != loc} | {loc: path}
    return Document(root, document.name, document.positions, noted)


def _key(data: Any, part: str, where: str) -> str | int:
    """`part` of an override's path as a key of `data`."""
    if isinstance(data, dict):
        return part
    if not isinstance(data, list):
        raise DocumentError(f"{where} must be a mapping or a list to set '{part}' in it, got {shown(data)}")
    if not (part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(data)):
        raise DocumentError(f"{where} has the items 0 to {len(data) - 1}, got '{part}'")
    return int(part)


def _copy(value: Any) -> Any:
    """A copy of one mapping or list, a new mapping for nothing; what cannot be set into is left as it is."""
    if value is None:
        return {}
    return value.copy() if isinstance(value, dict | list) else value
