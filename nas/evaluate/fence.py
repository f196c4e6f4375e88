"""A trial's place, of which the newest attempt is the owner.

A node whose link is cut is given up, and its trial begins again elsewhere, while the process that was given up may live on
and write what it has. So an attempt after the first leaves its number in the place, and an attempt that finds the number of a
later one there may not write or delete any more. Between that look and the end of one write another attempt can begin; what
lands then is a whole state of the same trial.
"""

from __future__ import annotations

from collections.abc import Sequence

from nas.storage import MOST_BYTES, Part, Storage

OWNER = "attempt"  # holds the number of the newest attempt; missing: it is the first
OWNER_BYTES = 100  # of that file, at most


class Superseded(OSError):
    """A later attempt owns the place."""


class Fenced:
    """A `Storage` for one attempt at a trial; `Superseded` for what it would change when a later one has begun."""

    def __init__(self, storage: Storage, attempt: int) -> None:
        self._storage, self._attempt = storage, attempt

    def __truediv__(self, name: str | int) -> Storage:
        return self._storage / name

    def __str__(self) -> str:
        return str(self._storage)

    def take(self) -> None:
        """From now on no attempt before this one may change anything."""
        if self._attempt > self._owner():
            self._storage.write(OWNER, [str(self._attempt).encode()])

    def read(self, name: str, *, most: int = MOST_BYTES) -> bytes:
        return self._storage.read(name, most=most)

    def write(self, name: str, parts: Sequence[Part], *, keep_as: str | None = None) -> None:
        self._check()
        self._storage.write(name, parts, keep_as=keep_as)

    def exists(self, name: str) -> bool:
        return self._storage.exists(name)

    def delete(self, name: str) -> None:
        self._check()
        self._storage.delete(name)

    def sizes(self) -> dict[str, int]:
        return self._storage.sizes()

    def _check(self) -> None:
        owner = self._owner()
        if owner > self._attempt:
            raise Superseded(f"attempt {owner} of the trial has begun, so attempt {self._attempt} may not write any more")

    def _owner(self) -> int:
        try:
            return int(self._storage.read(OWNER, most=OWNER_BYTES))
        except FileNotFoundError:
            return 1
        except ValueError:
            raise OSError(f"{OWNER} in it must hold the number of the newest attempt, and is damaged; delete it") from None
