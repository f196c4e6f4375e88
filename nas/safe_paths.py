"""Names and paths that come from files: they become places on this disk only where they are harmless."""

from __future__ import annotations

import os
import re
from pathlib import Path

from nas.errors import InputError

LONGEST_NAME = 64

_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # of Windows, in every folder


def resolved(path: str | Path, *, within: Path) -> str:
    """An absolute path, links followed; a relative one is taken from the folder `within`.

    Raises `InputError` for what no file can be called.
    """
    if any(ord(letter) < 32 for letter in str(path)) or len(os.fsencode(within / path)) > 4000:
        raise InputError(f"{str(path)[:60]!r} is no path: it must have at most 4,000 bytes and no control characters")
    return os.path.realpath(within / path)


def inside(path: Path, folder: Path) -> Path:
    """`path`, which lies in `folder`; `InputError` where a link leads out of it."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise InputError(f"{path} is a link that leads out of {folder}; put there what it leads to, or name that instead")
    return path


def is_url(where: str | Path) -> bool:
    """Whether this is meant as a URL, and not as a folder or a file."""
    return "://" in str(where)


def is_device(name: str) -> bool:
    """Whether Windows takes a file of this name for a device."""
    return _DEVICE.fullmatch(name) is not None


def folder_name(text: str) -> str:
    """A name for a folder, as near to `text` as is safe on every system.

    >>> folder_name("../my net")
    'my-net'
    """
    name = _OTHER.sub("-", text).strip("-.")[:LONGEST_NAME].strip("-.")
    return f"{name}-" if is_device(name) else name or "unnamed"


def check_links(folder: Path, *, within: tuple[str, ...]) -> None:
    """See that nothing in a folder, nor in these folders of it, is a link that leads out; `InputError` with the first."""
    for part in (folder, *(folder / name for name in within)):
        if part.is_dir():
            with os.scandir(part) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        inside(Path(entry.path), folder)
