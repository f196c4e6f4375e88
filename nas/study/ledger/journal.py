"""The file in which a run keeps its study: Optuna's journal, one line of JSON for each thing that happened.

A trial costs 2 ms in it and 25 ms in SQLite. Different from Optuna's own, whose reader reads this file too:

- The lock is the kernel's and ends with its process. Optuna's are files, which a killed process leaves behind, so that
  the next one waits for half a minute.
- Each line ends with a digest of itself and of the digest before it, and the first line says how much was written. So what
  was changed, left out, or cut off afterwards is refused by its place. A last line that a killed process did not finish
  is none of these: nobody was told that it was written. It is cut off before anything is added.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import _storage as optunas
from optuna.storages.journal._base import BaseJournalBackend
from optuna.trial import FrozenTrial

from nas.errors import RunError, SearchError

# An attribute of a study that is not there, which Optuna's reader passes over; all first lines are of one length.
_FIRST = b'{"op_code":2,"worker_id":"nas.journal/1","study_id":-1,"user_attr":{},"bytes":%16d'
_DIGEST = 16  # characters
_SEAL = b',"digest":"%s"}\n'
_SEAL_SIZE = len(_SEAL % (b"." * _DIGEST))
HEAD = len(_FIRST % 0) + _SEAL_SIZE

# Optuna makes the ranges of each row's choices anew from their text, a third of the time to read a study; most are alike.
_anew = optunas.json_to_distribution  # pyright: ignore[reportPrivateImportUsage]
optunas.json_to_distribution = lru_cache(maxsize=4096)(_anew)  # pyright: ignore[reportPrivateImportUsage]


def journal(path: Path) -> SharingStorage:
    """The storage in a journal file, which is made where there is none."""
    return SharingStorage(Journal(path))


class SharingStorage(JournalStorage):
    """Its rows hold what the search holds anyway, instead of copies that were read back: 8 kB less for each trial."""

    def __init__(self, backend: Journal) -> None:
        super().__init__(backend)
        self.together = backend.together

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        trial_id = super().create_new_trial(study_id, template_trial)
        if template_trial is not None:
            row, given = self.get_trial(trial_id), template_trial
            row.params, row.distributions, row.user_attrs = given.params, given.distributions, given.user_attrs
        return trial_id


class Journal(BaseJournalBackend):
    """Optuna's log in one file, for one reader and writer; others may read and write it at the same time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: list[dict[str, Any]] | None = None  # what is written together, and not yet
        self._place = (0, HEAD, b"")  # the number of the next log to read, its offset, the digest before it
        if not path.exists():
            with locked(path) as file:
                self._write(file, _head(HEAD), 0)

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        number, offset, before = self._place
        if log_number_from < number:
            number, offset, before = 0, HEAD, b""
        with open(self._path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # nobody reads half of a first line
            written = self._written(file.fileno())
            fcntl.flock(file, fcntl.LOCK_UN)
            file.seek(offset)
            for line in file:
                if not _is_sealed(line, before):
                    if offset >= written:
                        return  # being written, or left unfinished by a process that was killed
                    raise RunError(f"{self._path}: line {number + 2} is not what was written: {_advice(number)}")
                number, offset, before = number + 1, offset + len(line), _digest_of(line)
                self._place = number, offset, before
                if number > log_number_from:
                    yield json.loads(line)
        if offset < written:
            raise RunError(f"{self._path} ends after {offset} bytes, and {written} were written: {_advice(number)}")

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is appended within is written at its end with one flush, and not at all after an error."""
        self._held = held = []
        try:
            yield
        finally:
            self._held = None
        self.append_logs(held)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        if self._held is not None:
            self._held += logs
            return
        with locked(self._path) as file:
            end, before = self._end(file)
            lines = sealed(logs, before)
            try:
                self._write(file, lines, end)
            except SearchError:
                os.ftruncate(file, end)  # nothing half-written, whoever reads it
                raise
            # Without a flush of its own: if a power cut loses it, the lines above are there, and it is behind.
            self._write(file, _head(end + len(lines)), 0, flush=False)

    def _end(self, file: int) -> tuple[int, bytes]:
        """Where the next line is written, and the digest before it. What a killed process left there is cut off."""
        end = self._written(file)
        before = b"" if end == HEAD else os.pread(file, _DIGEST, end - _SEAL_SIZE + len(b',"digest":"'))
        size = os.fstat(file).st_size
        if size < end:
            raise RunError(f"{self._path} ends after {size} bytes, and {end} were written: restore it from a copy")
        for line in os.pread(file, size - end, end).splitlines(keepends=True):
            if not _is_sealed(line, before):
                os.ftruncate(file, end)
                break
            end, before = end + len(line), _digest_of(line)
        return end, before

    def _written(self, file: int) -> int:
        """How many bytes are known to be written, as the first line says."""
        head = os.pread(file, HEAD, 0)
        try:
            written = int(json.loads(head)["bytes"])
        except (ValueError, KeyError, TypeError):
            written = -1
        if written < HEAD or head != _head(written):
            raise RunError(f"{self._path}: line 1 is not what was written: restore the file from a copy")
        return written

    def _write(self, file: int, content: bytes, place: int, *, flush: bool = True) -> None:
        try:
            while content:
                count = os.pwrite(file, content, place)
                content, place = content[count:], place + count
            if flush:
                os.fsync(file)
        except OSError as error:  # a full disk
            raise SearchError(
                f"{self._path} cannot be written: {error.strerror}; what was finished is kept: when there is room again, "
                f"nas resume {self._path.parent}"
            ) from None


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """The file, open and locked against other processes."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def sealed(logs: list[dict[str, Any]], before: bytes) -> bytes:
    """The lines of logs that follow a line with the digest `before`."""
    lines = []
    for log in logs:
        text = json.dumps(log, separators=(",", ":")).encode()[:-1]
        before = _digest(before, text)
        lines.append(text + _SEAL % before)
    return b"".join(lines)


def _head(written: int) -> bytes:
    text = _FIRST % written
    return text + _SEAL % _digest(b"", text)


def _is_sealed(line: bytes, before: bytes) -> bool:
    text = line[:-_SEAL_SIZE]
    return line == text + _SEAL % _digest(before, text)


def _digest_of(line: bytes) -> bytes:
    return line[-_DIGEST - 3 : -3]


def _digest(before: bytes, text: bytes) -> bytes:
    return hashlib.blake2b(before + text, digest_size=_DIGEST // 2).hexdigest().encode()


def _advice(whole: int) -> str:
    return f"the {whole} before are whole; restore the file from a copy"
