"""What a search consists of, as its study keeps it: the file as resolved, the network it starts from, images, versions."""

from __future__ import annotations

from typing import Any

from nas.space import SearchSpace
from nas.space.edits import EditsSpace
from nas.study.folder.environment import compared

START = "start.yaml"


def resolved(space: SearchSpace) -> dict[str, Any]:
    """A search as plain data: the file with what was overridden, and every default."""
    content = space.file.model_dump(mode="json", exclude_none=True)
    if isinstance(space.kind, EditsSpace) and not space.kind.network.start.startswith("zoo:"):
        content["network"]["start"] = START  # it is kept with the run
    return content


def state(space: SearchSpace, data: str | None) -> dict[str, Any]:
    """What a study keeps of its search; `data`: the fingerprint of the images, where there are some."""
    start = space.kind.given.fingerprint if isinstance(space.kind, EditsSpace) else None
    return {"search": resolved(space), "start": start, "data": data, "versions": compared()}
