"""pydantic's errors as one sentence about one place of the document, in the user's words.

pydantic's `loc` also holds labels of its own (a union's member, a tag), and a union gives errors for each of
its members. Here a label is what does not lead further into the document, and of a union's members the one
counts that the value comes closest to.
"""

from __future__ import annotations

import itertools
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nas.errors import nearest

Loc = tuple[str | int, ...]

_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping",
    "mapping": "a mapping",
    "model": "a mapping",
    "dataclass": "a mapping",
    "none": "null",
    "finite": "a finite number",
}


class InnerError(ValueError):
    """What a model's validator says about a value further in; `loc` leads there from the model."""

    def __init__(self, loc: Loc, message: str) -> None:
        super().__init__(message)
        self.loc = loc


@dataclass(frozen=True)
class Complaint:
    """What is wrong, where; `at_key` means the key and not its value."""

    loc: Loc
    message: str
    at_key: bool = False


def shown(value: Any) -> str:
    """A value as an error text quotes it: short, and as YAML writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        keys = [str(key)[:20] for key in value]
        return f"a mapping of {', '.join(keys[:4])}{', ...' if len(keys) > 4 else ''}" if keys else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def first_complaint(error: ValidationError, model: type[BaseModel], data: Any) -> Complaint:
    """What to tell the user first of `error`, which `model` raised for `data`."""
    details = error.errors(include_url=False)
    found = [_Located(detail, _real(detail, data)) for detail in details]
    first = found[0]
    if len(first.real) < len(first.raw):
        found = _closest_member(found)
        if len(found) > 1 and all(item.real == found[0].real and _is_type(item) for item in found):
            options = dict.fromkeys(_must_be(item.detail) for item in found)
            value = _value(data, found[0].real)
            return Complaint(found[0].real, f"must be {', or '.join(options)}, got {shown(value)}")
    typo = next((item for item in found if item.detail["type"] == "extra_forbidden"), None)
    chosen = typo if typo is not None and found[0].detail["type"] == "missing" else found[0]
    return _complaint(chosen, model, data)


@dataclass(frozen=True)
class _Located:
    detail: ErrorDetails
    real: Loc  # the part of the loc that is in the document

    @property
    def raw(self) -> Loc:
        # a key that is missing is no label
        return self.detail["loc"][:-1] if self.detail["type"] == "missing" else self.detail["loc"]


def _value(data: Any, loc: Loc) -> Any:
    for part in loc:
        data = data[part]
    return data


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data)


def _paths(loc: Loc, data: Any, budget: int = 8) -> Iterator[Loc]:
    """The paths in `data` that `loc` may mean, those first that leave out the fewest parts."""
    if not loc:
        yield ()
        return
    if _holds(data, loc[0]):
        for rest in _paths(loc[1:], data[loc[0]], budget):
            yield (loc[0], *rest)
    if budget and isinstance(loc[0], str):
        yield from _paths(loc[1:], data, budget - 1)


def _real(detail: ErrorDetails, data: Any) -> Loc:
    """Where in `data` the error is: the path whose value is the one that pydantic was given."""
    loc = detail["loc"][:-1] if detail["type"] == "missing" else detail["loc"]
    paths = list(itertools.islice(_paths(loc, data), 64))
    for path in paths:
        if _value(data, path) is detail["input"]:
            return path
    return paths[0] if paths else ()


def _is_type(item: _Located) -> bool:
    return item.detail["type"].endswith(("_type", "_parsing", "literal_error", "_from_float"))


def _closest_member(found: list[_Located]) -> list[_Located]:
    """The errors of the union's member that the value comes closest to; of all, where it comes close to
    none."""
    first = found[0]
    split = next(
        (at for at, part in enumerate(first.raw) if at >= len(first.real) or first.real[at] != part),
        len(first.real),
    )
    members: dict[str | int, list[_Located]] = {}
    for item in found:
        if item.detail["loc"][:split] == first.raw[:split] and len(item.detail["loc"]) > split:
            members.setdefault(item.detail["loc"][split], []).append(item)
    near = [items for items in members.values() if not (len(items[0].real) == split and _is_type(items[0]))]
    if not near:
        return [item for items in members.values() for item in items]
    return min(near, key=lambda items: (len(items), -max(len(item.real) for item in items)))


def _complaint(item: _Located, model: type[BaseModel], data: Any) -> Complaint:
    detail, loc = item.detail, item.real
    kind, context = detail["type"], detail.get("ctx", {})
    value = detail["input"]
    if kind == "missing":
        key = detail["loc"][-1]
        what = f"missing key '{key}'" if isinstance(key, str) else f"must have more items, got {shown(value)}"
        return Complaint(loc, what)
    if kind == "extra_forbidden":
        key = str(detail["loc"][-1])
        return Complaint(loc, f"unknown key {shown(key)}{_nearest_key(key, model, detail['loc'], loc)}", at_key=True)
    if kind == "union_tag_not_found":
        return Complaint(loc, f"missing key {context['discriminator']}")
    if kind == "union_tag_invalid":
        key = str(context["discriminator"]).strip("'")
        inner = (*loc, key) if isinstance(value, dict) and key in value else loc
        return Complaint(inner, _not_one_of(str(context["tag"]), _quoted(context["expected_tags"])))
    if kind in ("literal_error", "enum"):
        return Complaint(loc, _not_one_of(value, _quoted(context["expected"])))
    if kind in ("value_error", "assertion_error"):
        error = context.get("error", detail["msg"])
        return Complaint((*loc, *error.loc) if isinstance(error, InnerError) else loc, str(error))
    if (_is_type(item) and kind.split("_")[0] in _EXPECTED) or kind == "int_from_float":
        return Complaint(loc, f"must be {_must_be(detail)}, got {shown(value)}")
    message = re.sub(r"^(Input|Value|List|Tuple|String|Dictionary) should ", "must ", detail["msg"])
    return Complaint(loc, f"{message.replace(' after validation', '')}, got {shown(value)}")


def _must_be(detail: ErrorDetails) -> str:
    if detail["type"] == "literal_error":
        return str(detail.get("ctx", {}).get("expected"))
    return _EXPECTED.get(detail["type"].split("_")[0], detail["msg"].removeprefix("Input should be ").strip())


def _quoted(text: object) -> list[str]:
    return re.findall(r"'([^']*)'", str(text)) or [str(text)]


def _not_one_of(value: Any, options: list[str]) -> str:
    hint = nearest(str(value), options) if isinstance(value, str) else f"; known: {', '.join(sorted(options))}"
    return f"{shown(value)} is not known here{hint}"


def _nearest_key(key: str, model: type[BaseModel], raw: Loc, real: Loc) -> str:
    """The key that was meant: of the member that pydantic tried, or else of any member of the union."""
    hint = nearest(key, _known_keys(model, raw[:-1]))
    return nearest(key, _known_keys(model, real[:-1])) if hint.startswith("; known") else hint


def _members(annotation: Any) -> Iterator[Any]:
    """The types that a union (or an annotated or optional type) is made of."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _fields(model: Any) -> dict[str, Any]:
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _into(member: Any, part: str | int) -> Iterator[Any]:
    """The types of what stands at `part` of a `member`."""
    arguments = [argument for argument in get_args(member) if argument is not Ellipsis]
    if isinstance(part, str) and part in _fields(member):
        yield from _members(_fields(member)[part])
    elif get_origin(member) is dict and len(arguments) == 2:
        yield from _members(arguments[1])
    elif isinstance(part, int) and get_origin(member) in (list, tuple):
        for argument in arguments:
            yield from _members(argument)


def _is_called(member: Any, label: str | int) -> bool:
    tags = (get_args(annotation) for annotation in _fields(member).values() if get_origin(annotation) is Literal)
    return getattr(member, "__name__", None) == label or any(label in options for options in tags)


def _known_keys(model: type[BaseModel], loc: Loc) -> list[str]:
    """The keys of the models that pydantic's `loc`, with its labels, leads to."""
    at: list[Any] = [model]
    for part in loc:
        inner = [found for member in at for found in _into(member, part)]
        at = inner or [member for member in at if _is_called(member, part)] or at
    return sorted({key for member in at for key in _fields(member)})
