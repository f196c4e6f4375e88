"""Places for checkpoints and weights: a folder, or what a URL names and fsspec reaches (s3://, gs://, ...).

Files are read and written whole, as `nas.whole_files` does it in a folder; object stores put whole objects anyway. What
fails raises an `OSError`, whoever is behind it.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from nas.errors import InputError, MissingExtraError, nearest
from nas.safe_paths import is_url
from nas.whole_files import MOST_BYTES, Part, TooLarge, read_whole, write_whole

EXTRAS = {"s3": ("s3fs", "s3"), "gs": ("gcsfs", "gcs"), "gcs": ("gcsfs", "gcs")}  # protocol -> package, extra
PATIENCE_SECONDS = 60.0  # for a store that fails or does not answer
PROBE_SECONDS = 20.0  # the same before a search, when a person waits


class Storage(Protocol):
    """A folder, wherever it is. Names are relative; `storage / name` is the one below."""

    def __truediv__(self, name: str | int) -> Storage: ...

    def __str__(self) -> str: ...

    def read(self, name: str, *, most: int = MOST_BYTES) -> bytes:
        """The content of a file; `FileNotFoundError` where there is none, `TooLarge` where it has more than `most` bytes."""
        ...

    def write(self, name: str, parts: Sequence[Part], *, keep_as: str | None = None) -> None:
        """Write a file all or nothing; the one that it replaces becomes `keep_as`."""
        ...

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is none already."""
        ...

    def sizes(self) -> dict[str, int]:
        """Bytes of each file in it and below, by name; what was left half-written counts as well."""
        ...


class Folder:
    """A folder of this machine, or of a file system that is shared with others."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __truediv__(self, name: str | int) -> Folder:
        return Folder(self.path / str(name))

    def __str__(self) -> str:
        return str(self.path)

    def read(self, name: str, *, most: int = MOST_BYTES) -> bytes:
        return read_whole(self.path / name, most)

    def write(self, name: str, parts: Sequence[Part], *, keep_as: str | None = None) -> None:
        write_whole(self.path / name, parts, keep_as=None if keep_as is None else self.path / keep_as)

    def exists(self, name: str) -> bool:
        return (self.path / name).is_file()

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def sizes(self) -> dict[str, int]:
        found = {}
        for folder, _, names in os.walk(self.path):
            for name in names:
                path = Path(folder, name)
                try:
                    found[path.relative_to(self.path).as_posix()] = path.lstat().st_size
                except FileNotFoundError:
                    continue  # renamed while we looked
        return found


class Bucket:
    """A folder of an object store, or of anything else that fsspec knows.

    What fails is tried again for `PATIENCE_SECONDS`, unless it is not there, or not allowed.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._system, self._path = self._patiently(lambda: _file_system(self.url))

    def __truediv__(self, name: str | int) -> Bucket:
        return Bucket(f"{self.url}/{name}")

    def __str__(self) -> str:
        return self.url

    def read(self, name: str, *, most: int = MOST_BYTES) -> bytes:
        path = f"{self._path}/{name}"
        self._system.invalidate_cache()  # others write as well
        size = self._patiently(lambda: self._system.size(path))
        if size is not None and size > most:
            raise TooLarge(f"{self.url}/{name}", size, most)
        if size == 0:
            return b""  # there is no range of it that one could ask for
        content = self._patiently(lambda: self._system.cat_file(path, start=0, end=most + 1 if size is None else size))
        if len(content) > most:
            raise TooLarge(f"{self.url}/{name}", len(content), most)
        return content

    def write(self, name: str, parts: Sequence[Part], *, keep_as: str | None = None) -> None:
        path, content = f"{self._path}/{name}", b"".join(parts)
        if keep_as is not None and self.exists(name):
            self._patiently(lambda: self._system.cp_file(path, f"{self._path}/{keep_as}"))
        self._patiently(lambda: self._system.pipe_file(path, content))

    def exists(self, name: str) -> bool:
        self._system.invalidate_cache()  # others write as well
        return self._patiently(lambda: self._system.isfile(f"{self._path}/{name}"))

    def delete(self, name: str) -> None:
        if self.exists(name):
            self._patiently(lambda: self._system.rm_file(f"{self._path}/{name}"))

    def sizes(self) -> dict[str, int]:
        self._system.invalidate_cache()
        found = self._patiently(lambda: self._system.find(self._path, detail=True))
        start = len(self._path.strip("/")) + 1
        return {path.strip("/")[start:]: int(about["size"]) for path, about in found.items()}

    def _patiently(self, work: Callable[[], Any]) -> Any:
        """What `work` gives. What libraries raise for reasons of their own is raised as an `OSError`."""
        began, pause = time.monotonic(), 0.5
        while True:
            try:
                return work()
            except (FileNotFoundError, PermissionError, InputError, MissingExtraError):
                raise
            except Exception as error:
                if time.monotonic() - began + pause > PATIENCE_SECONDS:
                    raise OSError(f"{self.url}: {type(error).__name__}: {error}") from error
            time.sleep(pause)
            pause *= 2


def storage_at(where: str | Path) -> Storage:
    """The place of a path or URL; `InputError` for a URL that cannot be one, or that holds a password."""
    text = str(where)
    if not is_url(text):
        return Folder(Path(text).expanduser())
    check_url(text)
    return Folder(Path(urlsplit(text).path)) if text.startswith("file:") else Bucket(text)


def read_file(where: str | Path, *, most: int = MOST_BYTES) -> bytes:
    """The content of the file of a path or URL, of at most so many bytes; `TooLarge` for a larger one."""
    if not is_url(where):
        return read_whole(Path(where), most)
    folder, _, name = str(where).rpartition("/")
    return storage_at(folder).read(name, most=most)


def check_url(where: str) -> None:
    """`InputError` for a URL with a password, a key, or a protocol that nobody knows; it is not repeated in the text."""
    if not is_url(where):
        return
    protocol, _, rest = where.partition("://")
    if "@" in rest.partition("/")[0] or "?" in rest:
        raise InputError(
            f"storage: a URL of {protocol}:// must hold no password, key or other setting: it would be stored and shown; "
            f"leave them to the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    from fsspec.registry import known_implementations, registry

    known = sorted({*known_implementations, *registry})
    if protocol not in known:
        raise InputError(f"storage: '{protocol}' is not a kind of storage{nearest(protocol, known)}")


def _file_system(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    try:
        return url_to_fs(url)
    except ImportError as error:
        package, extra = EXTRAS.get(url.partition("://")[0], ("", ""))
        if extra:
            raise MissingExtraError(package, extra=extra, purpose=f"storage {url}") from None
        raise InputError(f"storage {url}: {error}") from None


def storage_of_run(storage: str, name: str) -> Storage:
    """A place of its own for a run of this name, in a storage that many share."""
    where = storage if is_url(storage) else str(Path(storage).expanduser().absolute())
    return storage_at(where) / f"{name}-{uuid.uuid4().hex[:8]}"


def check_usable(found: Storage) -> None:
    """Write a small file and delete it again; `InputError` where that cannot be done, or takes too long."""

    def try_out() -> None:
        found.write("probe", [b"is it there?"])
        if found.read("probe") != b"is it there?":
            raise OSError("it gives back something else than was written")
        found.delete("probe")
        if isinstance(found, Folder):
            found.path.rmdir()

    error = _within(PROBE_SECONDS, try_out)
    if error is not None:
        text = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise InputError(f"storage {found} cannot be used: {text}")


def _within(seconds: float, work: Callable[[], None]) -> Exception | None:
    """What work raised, if it did; libraries of object stores try again for minutes, so it is not waited for to the end."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return TimeoutError(f"no answer within {seconds:g} s")
    return raised[0] if raised else None


def delete_all(found: Storage, *, but: str = "") -> None:
    """Delete every file of a place, `but` those below a name; of a folder the empty folders as well."""
    for name in found.sizes():
        if not (but and name.startswith(f"{but}/")):
            found.delete(name)
    if isinstance(found, Folder) and not found.sizes():
        shutil.rmtree(found.path, ignore_errors=True)
