"""A decoded data set sent to another machine: once, and not with each trial.

Where it lies is named after its source, so a machine that has it already (or shares the cache) is sent nothing.
"""

from __future__ import annotations

from pathlib import Path

from nas.data.cache import default_cache, written
from nas.data.dataset import folder_of
from nas.space.settings import DataSettings

FILES = ("images.npy", "labels.npy", "info.json")


def packed(settings: DataSettings, *, cache: Path) -> tuple[str, dict[str, bytes]]:
    """The name of a data set that was decoded here, and its files."""
    folder = folder_of(settings, cache=cache)
    return folder.name, {name: (folder / name).read_bytes() for name in FILES}


def missing(name: str) -> bool:
    """Whether this machine lacks the data set of that name."""
    return not (default_cache() / name).is_dir()


def place(name: str, files: dict[str, bytes]) -> None:
    """Write a data set that another machine decoded."""

    def write(aside: Path) -> None:
        for file, content in files.items():
            (aside / file).write_bytes(content)

    if missing(name):
        written(default_cache() / name, write)
