"""A trial's state on disk: whole or not there, and the one before it is kept.

A file is a line that names the format, a line with the digest of the rest, and what `torch.save` wrote. It is
written aside, flushed to the disk, and renamed; a file whose digest does not match counts as none.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

MAGIC = b"nas.checkpoint/1\n"
DIGEST_SIZE = 20


class Checkpoint:
    """The newest two states in a folder, `state.pt` and `state.previous.pt`; saving makes the folder."""

    def __init__(self, folder: Path) -> None:
        self.newest = folder / "state.pt"
        self.previous = folder / "state.previous.pt"

    def save(self, state: dict[str, Any]) -> None:
        """Keep `state`: tensors and plain data (numbers, text, None, lists, tuples, dicts)."""
        import torch  # on demand: a trial that saves nothing does not wait for torch

        buffer = io.BytesIO()
        torch.save(state, buffer)
        payload = buffer.getbuffer()
        write_whole(self.newest, [MAGIC, _digest(payload), b"\n", payload], keep_as=self.previous)

    def settle(self, state: dict[str, Any]) -> None:
        """Keep `state` as the only one, and sweep what killed saves left behind."""
        self.save(state)
        for path in [self.previous, *self.newest.parent.glob(f".{self.newest.name}.*.tmp")]:
            path.unlink(missing_ok=True)

    def load(self) -> dict[str, Any] | None:
        """The newest whole state, tensors on the CPU; None where there is none. Runs no code of the file."""
        for path in (self.newest, self.previous):
            state = _read(path)
            if state is not None:
                return state
        return None


def write_whole(path: Path, parts: list[bytes | memoryview], *, keep_as: Path | None = None) -> None:
    """Write a file all or nothing, readable by its owner only; the one that it replaces becomes `keep_as`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        if keep_as is not None and path.exists():
            os.replace(path, keep_as)
        os.replace(aside, path)
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


def _digest(payload: bytes | memoryview) -> bytes:
    return hashlib.blake2b(payload, digest_size=DIGEST_SIZE).hexdigest().encode()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = memoryview(path.read_bytes())
    except OSError:
        return None
    start = len(MAGIC) + 2 * DIGEST_SIZE + 1
    payload = content[start:]
    if content[:start] != MAGIC + _digest(payload) + b"\n":
        return None
    import torch  # on demand, as in save

    try:
        state = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
    except Exception:  # whole, yet not ours: an older torch's or a stranger's
        return None
    return state if isinstance(state, dict) else None
