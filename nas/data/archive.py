"""Arrays in an .npz file, which is a zip archive of them: each is checked before a byte of it is unpacked.

NumPy allocates what an array's header says; here that must be what the archive holds. Pickled objects are never read.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from nas.data.bounds import check_unpacked
from nas.errors import DataError

MOST_HEADER = 4096
_TYPE = r"[<>|=]?\w{1,12}(?:\[\w{1,4}\])?"
_SHAPE = r"(?:\d{1,18}, ?)*(?:\d{1,18})?"
_HEADER = re.compile(rf"\{{'descr': '({_TYPE})', 'fortran_order': (True|False), 'shape': \(({_SHAPE})\), \}}\s*")

# What zipfile, zlib and NumPy's reader of headers raise on what is none.
BROKEN = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, SyntaxError, MemoryError, OverflowError, RecursionError),
    *(RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, struct.error),
)


def names(path: Path) -> list[str]:
    """The names of the arrays in a file; `DataError` where it is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except BROKEN as error:
        raise DataError(f"{path}: is not an .npz file that can be read: {_reason(error)}") from None


def shape(path: Path, name: str) -> tuple[int, ...]:
    """The shape of an array, from the first bytes of it."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
            return _header(member)[0]
    except BROKEN as error:
        raise _unreadable(path, name, error) from None


def array(path: Path, name: str) -> np.ndarray:
    """One array, read-only; `DataError` where it is not there, is damaged, or claims to be what it is not."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(f"{name}.npy")
            check_unpacked(member.compress_size, member.file_size, where=f"{path}: array '{name}'")
            with archive.open(member) as file:
                extents, fortran, dtype = _header(file)
                held = member.file_size - file.tell()
                if math.prod(extents) * dtype.itemsize != held:
                    raise ValueError(f"{dtype} of shape {extents} is not {held:,} bytes")
                return np.frombuffer(file.read(), dtype).reshape(extents, order="F" if fortran else "C")
    except DataError:
        raise
    except BROKEN as error:
        raise _unreadable(path, name, error) from None


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether its first axis runs fastest, and type."""
    version = np.lib.format.read_magic(file)
    size = int.from_bytes(file.read(2 if version == (1, 0) else 4), "little")
    text = file.read(min(size, MOST_HEADER)).decode("latin1")
    found = _HEADER.fullmatch(text)
    if found is None:
        raise ValueError(f"it must begin as NumPy writes an array of numbers or names, got {text[:60]!r}")
    if "O" in found[1]:
        raise ValueError("it holds pickled Python objects, which are never loaded; save it as an array of numbers")
    return tuple(int(extent) for extent in found[3].split(",") if extent.strip()), found[2] == "True", np.dtype(found[1])


def _unreadable(path: Path, name: str, error: Exception) -> DataError:
    return DataError(f"{path}: array '{name}' cannot be read: {_reason(error)}")


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:300]
