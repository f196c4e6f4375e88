"""A trial's state in its place (`nas.storage`): whole or not there, and the one before it is kept.

A file is a line that names the format, a line with the digest of the rest, and what `torch.save` wrote; a file whose
digest does not match is passed over.
"""

from __future__ import annotations

import hashlib
import io
from typing import Any

from nas.evaluate.state import BadState, read_state
from nas.storage import Storage, TooLarge

STATE, PREVIOUS = "state.pt", "state.previous.pt"
MAGIC = b"nas.checkpoint/1\n"
DIGEST_SIZE = 20


class Checkpoint:
    """The newest two states in a place."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.damaged: list[str] = []  # what the last `load` passed over

    def save(self, state: dict[str, Any]) -> None:
        """Keep `state`: tensors and plain data (numbers, text, None, lists, tuples, dicts)."""
        import torch  # on demand: a trial that saves nothing does not wait for torch

        buffer = io.BytesIO()
        torch.save(state, buffer)
        payload = buffer.getbuffer()
        keep_as = None if self.damaged else PREVIOUS  # a damaged one does not take the place of a whole one
        self._storage.write(STATE, [MAGIC, _digest(payload), b"\n", payload], keep_as=keep_as)
        self.damaged = []

    def settle(self, state: dict[str, Any]) -> None:
        """Keep `state` as the only one."""
        self.save(state)
        self._storage.delete(PREVIOUS)
        self._sweep()

    def load(self) -> dict[str, Any] | None:
        """The newest whole state, tensors on the CPU; None where there is none. Runs no code of the file.

        What a killed save left behind is deleted. A file that is not whole is passed over, and is named in `damaged`.
        """
        self._sweep()
        self.damaged = []
        for name in (STATE, PREVIOUS):
            try:
                return _read(self._storage.read(name))
            except FileNotFoundError:
                continue
            except (BadState, TooLarge) as error:
                self.damaged.append(f"{name} is damaged: {error}")
        return None

    def _sweep(self) -> None:
        for name in self._storage.sizes():
            if name.startswith(".") and name.endswith(".tmp"):
                self._storage.delete(name)


def _digest(payload: bytes | memoryview) -> bytes:
    return hashlib.blake2b(payload, digest_size=DIGEST_SIZE).hexdigest().encode()


def _read(content: bytes) -> dict[str, Any]:
    """The state in a file; `BadState` for one that was cut short or changed, and for a whole one that is not ours."""
    start = len(MAGIC) + 2 * DIGEST_SIZE + 1
    payload = memoryview(content)[start:]
    if content[:start] != MAGIC + _digest(payload) + b"\n":
        raise BadState("its checksum does not agree")
    return read_state(payload)
