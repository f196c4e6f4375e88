"""What a run took over from others, in files of its own: damaged, or of another kind, and with the digest that it should have."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from hostile import Content, Hostile
from hostile.arrays import Evil
from nas.study.other_runs import earlier, reuse
from nas.study.other_runs.copies import sealed

SOURCES: dict[str, Any] = {
    "text": "x",
    "a number": 1,
    "a list of text": ["x"],
    "a list of nothing": [None],
    "lines of a number": [{"lines": 3, "results": []}],
    "results of text": [{"lines": [], "results": ["x"]}],
    "a result of nothing": [{"lines": [], "results": [{}]}],
    "a genome of text": [{"lines": [], "results": [{"values": [1], "curve": [], "choices": {}, "genome": "x"}]}],
    "a result of lists": [
        {"lines": [], "results": [{"origin": [], "fingerprint": [], "packed": [], "metrics": [], "curve": []}]}
    ],
}
FILES: dict[str, Content] = {
    "nothing": "",
    "a pickle": pickle.dumps(Evil()),
    "lists in each other": "[" * 100_000,
    "a number of 5000 digits": "9" * 5000,
    "NaN": '{"schema": NaN}',
    "another schema": json.dumps({"schema": "\x1b[2J" * 1000, "digest": "", "sources": []}),
    "a file of a terabyte": lambda path: _sparse(path, 10**12),
    "250 MB of nothing": lambda path: _sparse(path, 250_000_000),
}


def inputs() -> Iterator[Hostile]:
    for key, copy in (("learn_from", earlier.COPY), ("reuse", reuse.COPY)):
        for name, content in {**FILES, **{name: sealed(copy.schema, sources) for name, sources in SOURCES.items()}}.items():
            files = {"search.yaml": _asking(key), copy.file: content}
            resume = ("resume", "run", "--runner", "local", "--despite-changes", "--trials", "9")
            yield Hostile(f"a run whose {copy.file} is of {name}", resume, files, run=True)


def _asking(key: str) -> Content:
    """The run's search, which asks for another run."""

    def write(path: Path) -> None:
        search = yaml.safe_load(path.read_text())
        search["strategy"] |= {"name": "surrogate", key: ["elsewhere"]} if key == "learn_from" else {key: ["elsewhere"]}
        path.write_text(yaml.safe_dump(search, sort_keys=False))

    return write


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)
