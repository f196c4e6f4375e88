"""What a search took over from other runs, in a file of its own folder: the other runs may be deleted then."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from nas.errors import RunError
from nas.storage import write_whole


def write_copy(path: Path, schema: str, sources: list[dict[str, Any]]) -> None:
    """Write it, all or nothing."""
    content = {"schema": schema, "digest": _digest(sources), "sources": sources}
    try:
        write_whole(path, [json.dumps(content, allow_nan=False).encode()])
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from None


def read_copy(path: Path, schema: str, what: str) -> list[dict[str, Any]]:
    """The sources that `write_copy` wrote; `RunError` where the copy is lost or damaged.

    what: it is, such as "what the search learned from".
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != schema:
            raise ValueError(f"its schema is {content['schema']!r}, not {schema}")
        if content["digest"] != _digest(content["sources"]):
            raise ValueError("its checksum does not agree")
        return content["sources"]
    except FileNotFoundError:
        raise RunError(f"{path} is missing: {what}; without it no proposal would be the same") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(path, what, error) from None


def damaged(path: Path, what: str, error: Exception) -> RunError:
    """The error for a copy that holds something else than it should."""
    return RunError(f"{path} cannot be read as {what}: {error or type(error).__name__}")


def _digest(sources: list[dict[str, Any]]) -> str:
    return hashlib.blake2b(json.dumps(sources, sort_keys=True).encode(), digest_size=16).hexdigest()
