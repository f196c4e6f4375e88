"""Files of this machine are read and written whole: nobody ever sees half of one, whenever its writer is killed.

A file is written aside, flushed to the disk, and renamed. None is read that has more than a stated number of bytes: it may
be a stranger's.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

Part = bytes | memoryview
MOST_BYTES = 1 << 33  # of a file that is read, unless a reader knows better


class TooLarge(OSError):
    """A file has more bytes than its reader takes."""

    def __init__(self, where: str, size: int, most: int) -> None:
        super().__init__(f"{where} has {size:,} bytes, and at most {most:,} are read")


def read_whole(path: Path, most: int) -> bytes:
    """The content of a file of at most so many bytes; `TooLarge` for a larger one."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise TooLarge(str(path), size, most)
        return file.read(size)


def write_whole(path: Path, parts: Sequence[Part], *, keep_as: Path | None = None) -> None:
    """Write a file all or nothing, readable by its owner only; the one that it replaces becomes `keep_as`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Several hosts may write one file of a folder that they share: a process's number is not enough.
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        if keep_as is not None:
            with contextlib.suppress(FileNotFoundError):  # there is none, or another process has just put it there
                os.replace(path, keep_as)
        os.replace(aside, path)
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(path)  # a full disk does not say where
        raise
    finally:
        aside.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    # The rename itself must reach the disk; Windows cannot open a folder and needs no flush.
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_alone(path: Path, parts: Sequence[Part]) -> None:
    """The same for a file that has one writer at a time: what one left aside when it was killed is deleted before."""
    for left_over in path.parent.glob(f".{path.name}.*.tmp"):
        left_over.unlink()
    write_whole(path, parts)
