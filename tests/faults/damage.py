"""What can happen to a file: cut short, overwritten with zeros, deleted, one bit flipped."""

from __future__ import annotations

import random
from collections.abc import Iterator

Damage = tuple[str, bytes | None]  # how it is called, and what is left; None: no file


def damages(content: bytes, *, cuts: int, flips: int, seed: int = 0) -> Iterator[Damage]:
    """The file gone, empty, all zeros, cut at so many places, and with one bit flipped at so many others."""
    yield "deleted", None
    if content:
        yield "empty", b""
        yield "zeros", bytes(len(content))
    for place in range(cuts):
        size = place * len(content) // cuts
        if size:
            yield f"cut after {size} of {len(content)} bytes", content[:size]
    random_ = random.Random(seed)
    for place in range(flips):
        at, bit = place * len(content) // flips, random_.randrange(8)
        yield f"bit {bit} of byte {at} flipped", content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
