"""Genomes by name: `zoo:resnet_cifar-20`, `zoo:wide_resnet(depth=16, widen=2)`, or a genome's file."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from nas.document import read_text
from nas.errors import InputError, nearest
from nas.genome import Genome, files
from nas.zoo.catalogue import Entry, find

PREFIX = "zoo:"
_BRACKETS = str.maketrans("()", "[]")


def load(name_or_path: str | Path) -> Genome:
    """The genome of `zoo:NAME`, of `zoo:NAME(key=value, ...)`, or in a file.

    Raises `UnknownNameError` with the nearest name, `InputError` for a hyper-parameter that the network does not admit,
    `DocumentError` for a file that is no genome.
    """
    text = str(name_or_path)
    if not text.startswith(PREFIX):
        return files.load(name_or_path)
    match = re.fullmatch(r"([^()]+)(?:\((.*)\))?", text.removeprefix(PREFIX).strip(), re.DOTALL)
    if match is None:
        raise InputError(f"{text}: a network of the zoo is written zoo:NAME or zoo:NAME(key=value, ...)")
    return build(match[1].strip(), _settings(match[2] or ""))


def build(name: str, settings: Mapping[str, Any]) -> Genome:
    """The network of this name with some of its hyper-parameters set, each checked against its type."""
    entry = find(name)
    return entry.build(**{key: _checked(entry, key, value) for key, value in settings.items()})


def hyper_parameters(entry: Entry) -> dict[str, Any]:
    """The hyper-parameters of a network, with the values that this entry gives them."""
    defaults = {key: parameter.default for key, parameter in inspect.signature(entry.family.build).parameters.items()}
    return {**defaults, **entry.variant.arguments}


def _settings(text: str) -> dict[str, Any]:
    """key=value, key=value: values as YAML writes them, and lists also as Python writes tuples."""
    flow = re.sub(r"(^|,)\s*(\w+)\s*=", r"\1 \2: ", text.translate(_BRACKETS))
    if not flow.strip():
        return {}
    data = read_text(f"{{{flow}}}", name=PREFIX.rstrip(":")).data
    if not isinstance(data, dict) or not all(str(key).isidentifier() for key in data):
        raise InputError(f"hyper-parameters are written key=value, got {text!r}")
    return data


def setting(text: str) -> tuple[str, Any]:
    """One hyper-parameter from "key=value"."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InputError(f"a hyper-parameter is set by key=value, got {text!r}")
    return key.strip(), read_text(f"value: {value}", name=f"--set {key}").data["value"]


def _checked(entry: Entry, key: str, value: Any) -> Any:
    parameters = inspect.signature(entry.family.build).parameters
    if key not in parameters:
        raise InputError(f"{entry.name} has no hyper-parameter '{key}'{nearest(key, parameters)}")
    annotation = typing.get_type_hints(entry.family.build)[key]
    wanted = str(annotation) if typing.get_origin(annotation) else getattr(annotation, "__name__", str(annotation))
    if isinstance(value, bool) and annotation in (int, float):  # pydantic takes true as the number 1
        raise InputError(f"{entry.name}: {key} must be {wanted}, got {str(value).lower()}")
    try:
        return TypeAdapter(annotation, config=ConfigDict(coerce_numbers_to_str=True)).validate_python(value)
    except ValidationError as error:
        raise InputError(f"{entry.name}: {key} must be {wanted}, got {value!r} ({error.errors()[0]['msg']})") from None
