"""Decoded data on disk: written aside and renamed, so that processes can share it and a killed one harms none."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nas.errors import DataError

FORMAT = 1
STALE_SECONDS = 24 * 3600
_ASIDE = re.compile(r"\..+-[0-9a-f]{16}\.\w{8}")


def default_cache() -> Path:
    """Where decoded data is kept: the environment variable NAS_CACHE, or ~/.cache/deepwide."""
    named = os.environ.get("NAS_CACHE")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "deepwide"


def digest(document: Any) -> str:
    """16 hex digits of a JSON document."""
    text = json.dumps([FORMAT, document], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def state_of(files: Sequence[Path | str]) -> str:
    """A digest of names, sizes and times of change: another one when a file was touched."""
    total = hashlib.blake2b(digest_size=16)
    for path in files:
        status = os.stat(path)
        total.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return total.hexdigest()


def written(folder: Path, write: Callable[[Path], None]) -> None:
    """Make `folder` by `write` in a folder beside it and a rename; if another process was first, its folder stays."""
    aside = _aside(folder)
    try:
        write(aside)
        for path in aside.iterdir():
            path.chmod(0o600)  # images may be private; the folder is already its owner's alone
        try:
            aside.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def discarded(folder: Path) -> None:
    """Take a damaged folder away; renamed first, so that nobody sees half of it."""
    aside = _aside(folder)
    with contextlib.suppress(FileNotFoundError):
        folder.rename(aside / "damaged")
    shutil.rmtree(aside, ignore_errors=True)


def _aside(folder: Path) -> Path:
    """A new hidden folder beside `folder`."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _swept(folder.parent)
        return Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise DataError(
            f"the cache folder {folder.parent} cannot be written: {error.strerror}; set NAS_CACHE to another"
        ) from None


def _swept(parent: Path) -> None:
    """Remove what killed processes left behind a day ago or earlier."""
    for path in parent.glob(".*"):
        if not _ASIDE.fullmatch(path.name):
            continue  # not ours: the cache may have been put into somebody's home
        try:
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        except FileNotFoundError:
            continue
