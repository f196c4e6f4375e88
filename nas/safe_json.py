"""JSON text to plain data, safely: for documents that programs write, which may be larger than what a person does.

Bounded are the bytes and the nesting; keys that stand twice, NaN and infinity are refused.
"""

from __future__ import annotations

import json
from typing import Any

from nas.errors import DocumentError

BYTES_LIMIT = 16_000_000


def parsed(content: bytes, *, name: str, limit: int = BYTES_LIMIT) -> Any:
    """The data in `content`, at most `limit` bytes; `name` is the file's in errors. Raises `DocumentError`."""
    if len(content) > limit:
        raise DocumentError(f"{name}: a JSON document may have at most {limit:,} bytes")
    try:
        return json.loads(content, object_pairs_hook=_mapping, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise DocumentError(f"{name}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise DocumentError(f"{name}: not JSON that is read: nested too deep") from None
    except ValueError as error:  # a key that stands twice, a number of thousands of digits, no text
        raise DocumentError(f"{name}: not JSON that is read: {str(error)[:200]}") from None


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)[:60]!r} stands twice")
    return found


def _refused(constant: str) -> float:
    raise ValueError(f"a number must be finite, got {constant}")
