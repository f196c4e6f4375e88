"""What a data set is before it is decoded, and the registry of the places that images come from."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nas.errors import DataError
from nas.registry import Registry
from nas.space.settings import DataSettings


@dataclass(frozen=True)
class DataInfo:
    """What a network must know of its data: `shape` is (channels, height, width)."""

    name: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class RawData:
    """What a source hands over, not yet checked (`arrays.checked` does).

    images: (n, h, w), (n, h, w, c) or (n, c, h, w); labels: (n,) integers.
    classes: the names of labels 0, 1, ...; None: the distinct labels, in order, name themselves.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...] | None = None
    test_images: np.ndarray | None = None
    test_labels: np.ndarray | None = None


def no_files(settings: DataSettings) -> Sequence[Path | str]:
    return ()


@dataclass(frozen=True)
class Source:
    """A place that images come from.

    read: decodes everything. describe: says the same as `read` would, without decoding (None: decode once).
    files: the files that decoded images depend on; when one changes they are decoded anew.
    """

    read: Callable[[DataSettings], RawData]
    describe: Callable[[DataSettings], DataInfo] | None = None
    files: Callable[[DataSettings], Sequence[Path | str]] = no_files
    takes_path: bool = True
    needs_path: bool = True
    takes_size: bool = False


sources: Registry[Source] = Registry("data source")


def path_of(settings: DataSettings) -> Path:
    """The existing file or folder that `settings.path` names."""
    if settings.path is None:
        raise DataError(f"data: '{settings.name}' needs a path: the file or folder that holds the images")
    try:
        path = Path(settings.path).expanduser()
        kind = path.stat().st_mode
    except (OSError, ValueError, RuntimeError):  # also no such user, and what no file can be called
        raise DataError(f"data.path: {settings.path} does not exist (looked in {Path.cwd()})") from None
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise DataError(f"data.path: {settings.path} is neither a file nor a folder")
    return path


def folder_of(settings: DataSettings) -> Path:
    path = path_of(settings)
    if not path.is_dir():
        raise DataError(f"data.path: '{settings.name}' needs a folder; {path} is a file")
    return path


def title(settings: DataSettings) -> str:
    """What a data set is called where its source has no better name: its file or folder, or its source."""
    return Path(settings.path).expanduser().resolve().stem if settings.path else settings.name
