"""How two searches differ, as far as it matters to who learns from one for the other: what may vary, training, data.

Results for other images, or of other classes, mean something else here and are refused. Everything else is said and
allowed: a model that sees the genome's graph learns across spaces, and errors of a shorter training still rank networks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from nas.errors import InputError
from nas.space import SearchSpace
from nas.space.choice import Choice, Solve
from nas.space.edits import EditsSpace
from nas.space.given import SolveFactor
from nas.space.settings import DataSettings

LABELS = {"budget": "budget", "train": "training", "data": "data", "evaluator": "evaluator"}  # of sections
MOST = 8  # differences that a line names, before it counts the rest
AUTO = "auto"  # is decided when a search starts, so it differs from nothing
CHOICES = (Choice, Solve, SolveFactor)  # written as in a file, without what they leave at its default


def check_alike(here: SearchSpace, there: SearchSpace) -> None:
    """`InputError` where the images or classes of another search are not those of this one."""
    found = [
        ("data set", *_titles(there.file.data, here.file.data)),
        ("images", "x".join(map(str, there.kind.input_shape)), "x".join(map(str, here.kind.input_shape))),
        ("classes", there.kind.classes, here.kind.classes),
    ]
    differing = [f"{what} {other} there, {own} here" for what, other, own in found if other != own]
    if differing:
        raise InputError(f"its results are for other data: {'; '.join(differing)}")


def differences(here: SearchSpace, there: SearchSpace) -> list[str]:
    """A line each for choices, budget, training and data, where they are not the same."""
    own, other = positions(here), positions(there)
    lines = [_line("choices", own, other)]
    return [*(line for line in lines if line), *(line for section in LABELS for line in compared(section, here, there))]


def compared(section: str, here: SearchSpace, there: SearchSpace, *, but: Sequence[str] = ()) -> list[str]:
    """A line, or none, for a section of two searches, without some of its keys."""
    both = []
    for space in (here, there):
        value = getattr(space.file, section)
        leaves = _leaves(value, section) if isinstance(value, BaseModel) else {section: _text(value)}
        both.append({name: text for name, text in leaves.items() if name not in but})
    return [line for line in [_line(LABELS[section], *both)] if line]


def positions(space: SearchSpace) -> dict[str, str]:
    """What a space says may vary, or fixes: its positions by name, each as it is written in a file."""
    found = {"kind": space.file.kind, **_leaves(space.file.network, "")}
    if isinstance(space.kind, EditsSpace):
        found["start"] = f"a network of fingerprint {space.kind.given.fingerprint[:8]}"  # its file has another name in a run
    return found


def _leaves(settings: BaseModel, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(value, BaseModel) and not isinstance(value, CHOICES):
            found |= _leaves(value, path)
        elif value not in (None, {}, ()):
            found[path] = _text(_plain(value))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _text(value: Any) -> str:
    """A value as YAML writes it in a line."""
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6).removesuffix("...\n").strip()


def _line(what: str, own: Mapping[str, str], other: Mapping[str, str]) -> str:
    """What differs, in a line; empty where nothing does."""
    both = [
        f"{name} {other[name]} there, {own[name]} here"
        for name in own
        if name in other and own[name] != other[name] and AUTO not in (own[name], other[name])
    ]
    parts = _few(both)
    for where, names in (("there", [n for n in other if n not in own]), ("here", [n for n in own if n not in other])):
        if names:
            parts.append(f"only {where} {', '.join(_few(names))}")
    return f"other {what}: {'; '.join(parts)}" if parts else ""


def _few(parts: list[str]) -> list[str]:
    return parts if len(parts) <= MOST else [*parts[:MOST], f"{len(parts) - MOST} more"]


def _titles(*both: DataSettings) -> list[str]:
    """What data sets are called: a folder may have been moved, but not renamed; with a table there may be none."""
    paths = [data.path for data in both]
    if None in paths:
        return [data.name for data in both]
    return [f"{data.name} ({Path(path or '').name})" for data, path in zip(both, paths, strict=True)]
