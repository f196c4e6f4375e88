"""What a search consists of, as its study keeps it: the file as resolved, the network it starts from, images, versions."""

from __future__ import annotations

from typing import Any

from nas.space import SearchSpace
from nas.space.edits import EditsSpace
from nas.study.folder.environment import compared

START = "start.yaml"
TABLE = "latency-table.json"


def resolved(space: SearchSpace) -> dict[str, Any]:
    """A search as plain data: the file with what was overridden, and every default."""
    content = space.file.model_dump(mode="json", exclude_none=True)
    if isinstance(space.kind, EditsSpace) and not space.kind.network.start.startswith("zoo:"):
        content["network"]["start"] = START  # it is kept with the run
    if space.file.latency.table is not None:
        content["latency"]["table"] = TABLE  # and so is this
    return content


def state(space: SearchSpace, data: str | None) -> dict[str, Any]:
    """What a study keeps of its search; `data`: the fingerprint of the images, where there are some."""
    start = space.kind.given.fingerprint if isinstance(space.kind, EditsSpace) else None
    table = space.latency_table.digest if space.latency_table is not None else None
    return {"search": resolved(space), "start": start, "table": table, "data": data, "versions": compared()}
