"""What a search takes over from other runs: read once when it is started, and kept in a file of its own folder from then on.

So the other runs may go on, move or be deleted, and a resumed search proposes what the unbroken one would have.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from nas import safe_json
from nas.errors import InputError, RunError
from nas.safe_paths import is_url
from nas.space import SearchSpace
from nas.study.run import Run
from nas.whole_files import write_alone

T = TypeVar("T")

MOST_BYTES = 1 << 28  # a hundred thousand trials
INDENT = " " * 11  # of a plan's lines: their label
# What reading raises that is not what was written: a GenomeError and a DocumentError are a ValueError.
BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Source(Generic[T]):
    """Another run: what is taken from it, and what a person is told about that."""

    lines: tuple[str, ...]
    results: tuple[T, ...]


def each(space: SearchSpace, key: Literal["learn_from", "reuse"], source: Callable[[str], Source[T]]) -> list[Source[T]]:
    """The source of each run that `strategy.KEY` names; an error at its place in the file where one cannot be read."""
    found = []
    for place, where in enumerate(getattr(space.file.strategy, key)):
        try:
            found.append(source(where))
        except InputError as error:
            raise space.document.error(("strategy", key, place), str(error)) from None
    return found


@dataclass(frozen=True)
class Copy(Generic[T]):
    """The file of a run that keeps them.

    what: they are, such as "what the search learned from". from_dict: of one result; raises what a value of another kind
    makes it raise.
    """

    file: str
    schema: str
    what: str
    to_dict: Callable[[T], dict[str, Any]]
    from_dict: Callable[[dict[str, Any]], T]

    def keep(self, found: Sequence[Source[T]], folder: Path) -> None:
        """Write them into a run's folder, all or nothing."""
        sources = [{"lines": source.lines, "results": [self.to_dict(result) for result in source.results]} for source in found]
        path = folder / self.file
        try:
            write_alone(path, [sealed(self.schema, sources)])
        except OSError as error:
            raise RunError(f"{path} cannot be written: {error.strerror or error}") from None

    def kept(self, run: Run, sources: Callable[[], Sequence[Source[T]]]) -> list[Source[T]]:
        """What a run has kept; `RunError` where that is lost or damaged.

        Where the start was broken off before it was written, and so before the first trial, it is written now.
        """
        if not (run.folder / self.file).exists() and not run.trials:
            self.keep(sources(), run.folder)
        return self.read(run.folder)

    def read(self, folder: Path) -> list[Source[T]]:
        """What the file in a run's folder has; `RunError` where it is lost or damaged."""
        path = folder / self.file
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
            content = safe_json.parsed(path.read_bytes(), name=path.name, limit=MOST_BYTES)
            if content["schema"] != self.schema:
                raise ValueError(f"its schema is {str(content['schema'])[:60]!r}, not {self.schema}")
            if content["digest"] != _digest(content["sources"]):
                raise ValueError("its checksum does not agree")
            return [
                Source(tuple(map(str, source["lines"])), tuple(map(self.from_dict, source["results"])))
                for source in content["sources"]
            ]
        except FileNotFoundError:
            raise RunError(f"{path} is missing: {self.what}; without it no proposal would be the same") from None
        except BROKEN as error:
            text = " ".join(str(error).split())[:300] or type(error).__name__
            raise RunError(f"{path} cannot be read as {self.what}: {text}") from None


def sealed(schema: str, sources: Sequence[object]) -> bytes:
    """What such a file has."""
    return json.dumps({"schema": schema, "digest": _digest(sources), "sources": sources}, allow_nan=False).encode()


def _digest(sources: object) -> str:
    return hashlib.blake2b(json.dumps(sources, sort_keys=True).encode(), digest_size=16).hexdigest()


# The words in which a source says what it gives


def short(where: Path | str) -> str:
    """A path as the person would write it from here; a URL as it is."""
    if is_url(where):
        return str(where)
    folder = Path(where)
    return str(folder.relative_to(Path.cwd())) if folder.is_relative_to(Path.cwd()) else str(folder)


def several(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def counted(lacking: dict[str, int]) -> str:
    return ", ".join(f"{count} {why}" for why, count in lacking.items())
