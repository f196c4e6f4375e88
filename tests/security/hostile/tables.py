"""Tables of results that are none, or claim to be more than they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hostile import CANARY, Content, Hostile
from hostile.arrays import EVIL, archive, bomb, described, header, npy

HEAD = "fingerprint,error\n"
TABLES: dict[str, Content] = {
    "t.csv, of nothing": "",
    "t.csv, of a head": HEAD,
    "t.csv, of no metric": "fingerprint\nabc\n",
    "t.csv, with a field of 900 kB": HEAD + "a" * 900_000 + ",0.5\n",
    "t.csv, with a thousand kinds of a column": ",".join(f"error_{n}" for n in range(1000)) + "\n",
    "t.csv, with one name twice": "fingerprint,error,error\na,0.1,0.2\n",
    "t.csv, with rows of several lengths": HEAD + "a,0.1,9\nb\n",
    "t.csv, with a quote without an end": HEAD + '"' + "x\n" * 100_000,
    "t.csv, with numbers that are words": HEAD + "a,evil\n",
    "t.csv, with an epoch of 5000 digits": "fingerprint,error_" + "9" * 5000 + "\na,0.1\n",
    "t.csv, with a percentage": HEAD + "a,50\n",
    "t.csv, with infinity": HEAD + "a,inf\n",
    "t.csv, with a NUL": HEAD + "a\0b,0.1\n",
    "t.csv, of no text": b"\xff\xfe\x00" * 1000,
    "t.csv, of a formula": HEAD + f"=cmd|' /C touch {CANARY}'!A0,0.1,1\n",
    "t.npz, pickled": archive(fingerprint=EVIL, error=npy(np.zeros(2))),
    "t.npz, of garbage": bytes(1000),
    "t.npz, of nothing": archive(),
    "t.npz, with a shape of 10^18": archive(fingerprint=header(described("'<U32'", f"({10**18},)")), error=npy(np.zeros(1))),
    "t.npz, with a text of 10^9 letters": archive(
        fingerprint=header(described("'<U1000000000'", "(1,)")), error=npy(np.zeros(1))
    ),
    "t.npz, with two axes": archive(fingerprint=npy(np.full((2, 2), "a")), error=npy(np.zeros(2))),
    "t.npz, of several lengths": archive(fingerprint=npy(np.full(2, "a")), error=npy(np.zeros(3))),
    "t.npz, with times": archive(fingerprint=npy(np.full(2, "a")), error=npy(np.zeros(2, "datetime64[s]"))),
    "t.npz, a bomb": bomb("error", 200_000_000),
    "t.pkl, of another kind": b"\x80\x04.",
}


def inputs() -> Iterator[Hostile]:
    for name, content in TABLES.items():
        file = name.partition(",")[0]
        command = ("search", "nasbench201", "--dry-run", "--runner", "local", "--set", f"evaluator=table:{file}")
        yield Hostile(f"the table {name}", command, {file: content})
    for file in ("/dev/zero", "..", "/dev/stdin.csv", "\x1b[2J.csv", "a" * 5000 + ".csv", ""):
        command = ("search", "nasbench201", "--dry-run", "--runner", "local", "--set", f"evaluator='table:{file}'")
        yield Hostile(f"the table called {file[:12]!r}", command)
