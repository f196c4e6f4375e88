"""What a hostile input is made of, and the list of all of them.

Each stands for a file, a name or an argument that a stranger might give. Its files are written into an empty folder beside
`outside/`, which nothing may touch, and beside `evil.py`, which leaves a canary when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Content = str | bytes | Callable[[Path], None]

CANARY = "canary"
EVIL = f"""\
import pathlib
pathlib.Path(__file__).with_name("{CANARY}").touch()
def train(genome, context): return {{"error": 0.0}}
def images(): return [], []
"""


@dataclass(frozen=True)
class Hostile:
    """One input: files to write, and what is then done with them.

    command: arguments of `nas`, or "load" for decoding the data of `space.yaml`, "state" and "weights" for reading those.
    run: put the files into a copy of a good run, in the folder `run`. harmless: it may also end well, if nothing happens.
    """

    name: str
    command: tuple[str, ...]
    files: dict[str, Content] = field(default_factory=dict)
    run: bool = False
    harmless: bool = False


def every() -> list[Hostile]:
    """All hostile inputs, each under a name of its own."""
    from hostile import arguments, arrays, code_names, copies, documents, genomes, pictures, runs, states, tables

    parts = (documents, code_names, arguments, genomes, arrays, tables, pictures, states, runs, copies)
    found = [hostile for part in parts for hostile in part.inputs()]
    names = [hostile.name for hostile in found]
    assert len(set(names)) == len(names), sorted(name for name in set(names) if names.count(name) > 1)
    return found


def search_space(**sections: str) -> str:
    """A search space with some sections replaced by these lines of YAML."""
    whole = {"name": "name: x", "data": "data: {name: digits}", "network": "network: {stages: 2, depth: 2, width: 8}"}
    return "\n".join({**whole, **sections}.values()) + "\n"


def as_space(name: str, content: Content, *, harmless: bool = False, **more: Content) -> Iterator[Hostile]:
    """A document that is given as a search space to the commands that open one."""
    files = {"space.yaml": content, **more}
    yield Hostile(f"{name}, checked", ("space", "check", "space.yaml"), files, harmless=harmless)
    yield Hostile(f"{name}, planned", ("search", "space.yaml", "--dry-run", "--runner", "local"), files, harmless=harmless)
