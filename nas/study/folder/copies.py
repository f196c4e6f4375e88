"""What a search took over from other runs, in a file of its own folder: the other runs may be deleted then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from nas import safe_json
from nas.errors import RunError
from nas.storage import write_whole

T = TypeVar("T")

MOST_BYTES = 1 << 28  # a hundred thousand trials
# What reading raises that is not what was written: a GenomeError and a DocumentError are a ValueError.
BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError)


def write_copy(path: Path, schema: str, sources: list[dict[str, Any]]) -> None:
    """Write it, all or nothing."""
    content = {"schema": schema, "digest": _digest(sources), "sources": sources}
    try:
        write_whole(path, [json.dumps(content, allow_nan=False).encode()])
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from None


def read_copy(path: Path, schema: str, what: str, source: Callable[[dict[str, Any]], T]) -> list[T]:
    """What `source` makes of each of those that `write_copy` wrote; `RunError` where the copy is lost or damaged.

    what: it is, such as "what the search learned from". source: raises what a value of another kind makes it raise.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        content = safe_json.parsed(path.read_bytes(), name=path.name, limit=MOST_BYTES)
        if content["schema"] != schema:
            raise ValueError(f"its schema is {str(content['schema'])[:60]!r}, not {schema}")
        if content["digest"] != _digest(content["sources"]):
            raise ValueError("its checksum does not agree")
        return [source(entry) for entry in content["sources"]]
    except FileNotFoundError:
        raise RunError(f"{path} is missing: {what}; without it no proposal would be the same") from None
    except BROKEN as error:
        text = " ".join(str(error).split())[:300] or type(error).__name__
        raise RunError(f"{path} cannot be read as {what}: {text}") from None


def _digest(sources: list[dict[str, Any]]) -> str:
    return hashlib.blake2b(json.dumps(sources, sort_keys=True).encode(), digest_size=16).hexdigest()
