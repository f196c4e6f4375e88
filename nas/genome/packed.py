"""A genome as a short text: what a study keeps of each of thousands of trials.

The names of nodes and operations repeat, so that compressed JSON takes an eighth of the room of `to_dict` or less: about
1 kB for 50 nodes, in a file as in memory. It stays readable when the space that it was drawn from changes, which choices
alone would not.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from nas.errors import GenomeError

LARGEST = 64 << 20  # bytes of JSON, some 600 for each node that a genome may have: a text that expands to more is refused


def pack(genome: dict[str, Any]) -> str:
    """`Genome.to_dict()` as a text of printable characters; the same genome gives the same text."""
    return base64.b64encode(zlib.compress(json.dumps(genome, separators=(",", ":")).encode(), 6)).decode()


def unpack(text: str) -> dict[str, Any]:
    """What `pack` was given; `GenomeError` for any other text."""
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(text, validate=True), LARGEST)
        if not reader.eof:
            raise GenomeError("a packed genome is cut short, or expands to more than any genome has")
        found = json.loads(content)
    except (ValueError, zlib.error, RecursionError) as error:
        raise GenomeError(f"a packed genome is damaged: {error}") from None
    if not isinstance(found, dict):
        raise GenomeError("a packed genome is damaged: it holds no genome")
    return found
