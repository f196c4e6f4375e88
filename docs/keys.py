"""Write the tables of keys in README.md anew from the models that read the files: python docs/keys.py"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nas.runner import Profile
from nas.space.cell import CellSettings
from nas.space.compare import CompareSettings
from nas.space.edits import EditsSettings
from nas.space.file import StagedFile

README = Path(__file__).parents[1] / "README.md"
TABLES: dict[str, type[BaseModel]] = {
    "search space": StagedFile,
    "space of edits": EditsSettings,
    "space of cells": CellSettings,
    "comparison": CompareSettings,
    "runner": Profile,
}
PREFIXES = {"space of edits": "network.", "space of cells": "network.", "comparison": "compare."}


def table(model: type[BaseModel], prefix: str) -> str:
    """Each key of a file: its path, what it is where it is left out, and what it says."""
    lines = ["| key | left out | |", "| --- | --- | --- |"]
    for path, field in _fields(model, prefix):
        default = "needed" if field.is_required() else _shown(field.default)
        lines.append(f"| `{path}` | {default} | {_text(field)} |")
    return "\n".join(lines)


def _fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(str(getattr(item, 'metric', item)) for item in value)}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _text(field: FieldInfo) -> str:
    words = (field.description or "").replace("|", "\\|")
    names = ", ".join(f"`{name}`" for name in _names(field.annotation))
    return "; ".join(part for part in (names, words) if part)


def _names(annotation: Any) -> list[str]:
    """The names that a key takes, where it takes nothing else."""
    return [str(name) for name in get_args(annotation)] if get_origin(annotation) is Literal else []


def filled(text: str) -> str:
    """The README with its tables as they should be."""
    for name, model in TABLES.items():
        marks = f"<!-- keys of a {name} -->", "<!-- end of keys -->"
        pattern = re.escape(marks[0]) + ".*?" + re.escape(marks[1])
        keys = table(model, PREFIXES.get(name, ""))
        made = f"{marks[0]}\n{keys}\n{marks[1]}"
        text, count = re.subn(pattern, lambda _, made=made: made, text, flags=re.DOTALL)
        assert count == 1, f"README.md has no place for the keys of a {name}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
