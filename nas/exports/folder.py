"""A folder that appears whole or not at all, and replaces only what an export wrote before."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from nas.errors import ExportError, InputError

MANIFEST = "manifest.json"
SCHEMA = "nas.export/1"


@contextlib.contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder` to write into; it becomes `folder` when the block ends well.

    Raises InputError where `folder` holds anything that no export wrote, ExportError on a full disk. A process
    that is killed leaves `folder` as it was or as it becomes, never in part, and a hidden ".NAME.partial" beside
    it that the next export removes. Killed between the two renames of a replacement it leaves the old folder as
    ".NAME.before", which the next one puts back.
    """
    folder = folder.resolve()
    partial, before = folder.with_name(f".{folder.name}.partial"), folder.with_name(f".{folder.name}.before")
    if before.is_dir() and not folder.exists():
        before.rename(folder)  # killed between the two renames below
    _check(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left_over in (partial, before):
        shutil.rmtree(left_over, ignore_errors=True)
    partial.mkdir(mode=0o700)
    try:
        yield partial
        for path in partial.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        if folder.exists():
            folder.rename(before)
        partial.rename(folder)
    except BaseException as error:
        if before.is_dir() and not folder.exists():
            before.rename(folder)
        if isinstance(error, OSError):
            raise ExportError(
                f"{folder} cannot be written: {error.strerror or error}; what was there is kept; "
                f"make room, or write somewhere else (--out)"
            ) from None
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)


def _check(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder}: an export needs a folder, and this is a file")
    known = _written_before(folder)
    known |= {parent.as_posix() for name in known for parent in Path(name).parents}
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    # Where Python imported model.py it left a __pycache__.
    strange = sorted(path.as_posix() for path in found if path.as_posix() not in known and "__pycache__" not in path.parts)
    if strange:
        some = ", ".join(strange[:3]) + (", ..." if len(strange) > 3 else "")
        raise InputError(f"{folder}: holds what no export wrote ({some}); give a new or an empty folder")


def _written_before(folder: Path) -> set[str]:
    """The names of the files that an export wrote into `folder`, such as "hub/config.json", as its manifest says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["schema"] != SCHEMA:
            return set()
        names = {MANIFEST, *manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()
    return {name for name in names if (folder / name).is_file() and not (folder / name).is_symlink()}
