"""Random changes of bytes, without a guide: what a fuzzer does in its first minute, on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence

TOKENS = (
    *(
        b"\0",
        b"\xff",
        b"\n",
        b"-",
        b"[",
        b"]",
        b"{",
        b"}",
        b":",
        b",",
        b"'",
        b'"',
        b"&a ",
        b"*a",
        b"<<: ",
        b"!!",
        b"#",
        b"|",
        b">",
        b"%",
    ),
    *(
        b"null",
        b"true",
        b"1e309",
        b"-1",
        b"0",
        b"99999999999999999999",
        b".nan",
        b"{}",
        b"[]",
        b"[[[[[[[[",
        b"None",
        b"\xc3\x28",
        b"\xe2\x80\xae",
    ),
    *(
        b"choice",
        b"int",
        b"when",
        b"solve",
        b"zoo:",
        b"table:",
        b"/../",
        b"~",
        b"PK\1\2",
        b"PK\3\4",
        b"\x80\x02c",
        b"|O",
        b"<U9",
        b"op",
        b"inputs",
    ),
)


def mutated(content: bytes, others: Sequence[bytes], random: random.Random) -> bytes:
    """`content` with one to eight changes; some take a piece of another input."""
    data = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4, 8))):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.choice((0, 1, 1, 2, 4, 16, 64)))
        match random.randrange(7):
            case 0 if start < len(data):
                data[start] ^= 1 << random.randrange(8)
            case 1:
                data[start:end] = random.choice(TOKENS)
            case 2:
                del data[start:end]
            case 3:
                data[start:start] = data[start:end] * random.choice((1, 2, 20))
            case 4:
                other = random.choice(others)
                place = random.randrange(len(other) + 1)
                data[start:end] = other[place : place + random.choice((4, 16, 64))]
            case 5:
                data[start:end] = random.randbytes(end - start)
            case _:
                del data[start:]
    return bytes(data[:20_000])
