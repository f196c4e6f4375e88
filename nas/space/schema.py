"""The JSON schema of a search space's file: what an editor completes and checks while it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from nas.space.file import CellFile, ComparisonFile, EditsFile, StagedFile

FOLDER = Path(__file__).parent.parent / "schema"


def schema() -> dict[str, Any]:
    """The JSON schema of a search space's file; blocks and connectivities are those that are registered."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        **_with_short_names(TypeAdapter(StagedFile | EditsFile | CellFile | ComparisonFile).json_schema()),
        "title": "nas search space",
    }


def _with_short_names(content: dict[str, Any]) -> dict[str, Any]:
    """Choices as Choice1, Choice2: pydantic's names for them are long, and not those of its next version."""
    text = json.dumps(content)
    for number, name in enumerate((name for name in content["$defs"] if "OneOf" in name), start=1):
        text = text.replace(f'"{name}"', f'"Choice{number}"').replace(f'"#/$defs/{name}"', f'"#/$defs/Choice{number}"')
    short = json.loads(text)
    for name, definition in short["$defs"].items():
        if name.startswith("Choice"):
            definition |= {"title": "Choice", "description": "One of a list of values."}
    return short


def write(content: dict[str, Any], name: str, folder: Path = FOLDER) -> Path:
    """Write a schema where the first line of the shipped YAML files points to."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path
