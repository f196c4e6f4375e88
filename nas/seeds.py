"""Seeds derived from a seed and what they are for; no global generator is ever touched."""

from __future__ import annotations

import hashlib


def derive(seed: int, *parts: int | str) -> int:
    """A seed below 2**63 that depends only on `seed` and `parts`, alike in every process."""
    text = "/".join([str(seed), *map(str, parts)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
