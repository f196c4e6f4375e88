"""IDX files, the format of MNIST and Fashion-MNIST: a folder with the four standard names, plain or .gz.

LeCun, Cortes & Burges, "The MNIST database of handwritten digits": big-endian magic 0x000008dd (uint8, dd axes), sizes, bytes.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from nas.data import arrays
from nas.data.bounds import check_unpacked
from nas.data.info import DataInfo, RawData, Source, folder_of, sources, title
from nas.errors import DataError
from nas.safe_paths import inside
from nas.space.settings import DataSettings

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def describe(settings: DataSettings) -> DataInfo:
    paths = files(settings)
    with _opened(paths[0]) as file:
        shape = arrays.image_shape(_sizes(file, paths[0], axes=3), where=str(paths[0]))
    classes = arrays.class_names(_array(paths[1], axes=1), _array(paths[3], axes=1))
    return DataInfo(title(settings), shape, classes)


def read(settings: DataSettings) -> RawData:
    images, labels, test_images, test_labels = (
        _array(path, axes=axes) for path, axes in zip(files(settings), (3, 1, 3, 1), strict=True)
    )
    return RawData(images, labels, None, test_images, test_labels)


def files(settings: DataSettings) -> Sequence[Path]:
    root = folder_of(settings)
    return [_found(root, name) for name in NAMES]


def _found(root: Path, name: str) -> Path:
    for spelling in (name, name.replace("-idx", ".idx")):
        for suffix in ("", ".gz"):
            if (root / (spelling + suffix)).is_file():
                return inside(root / (spelling + suffix), root)
    raise DataError(f"{root}: must hold the four IDX files of MNIST, plain or .gz; {name} is missing")


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb")  # type: ignore[return-value]


def _sizes(file: IO[bytes], path: Path, *, axes: int) -> tuple[int, ...]:
    try:
        head = file.read(4 + 4 * axes)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    wanted = bytes([0, 0, 8, axes])
    if head[:4] != wanted or len(head) < 4 + 4 * axes:
        raise DataError(f"{path}: must begin as an IDX file of uint8 in {axes} axes, {wanted.hex()}; got {head[:4].hex()}")
    return struct.unpack(f">{axes}I", head[4:])


def _array(path: Path, *, axes: int) -> np.ndarray:
    with _opened(path) as file:
        sizes = _sizes(file, path, axes=axes)
        wanted = math.prod(sizes)
        if path.suffix == ".gz":
            check_unpacked(path.stat().st_size, wanted, where=str(path))
        elif wanted > path.stat().st_size:
            raise DataError(f"{path}: must hold {wanted:,} bytes for {sizes}; the file has {path.stat().st_size:,}")
        try:
            data = file.read(wanted + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{path}: is damaged or cut short: {error}") from None
    if len(data) != wanted:
        raise DataError(f"{path}: must hold {wanted} bytes for {sizes}; got {'more' if len(data) > wanted else len(data)}")
    return np.frombuffer(data, np.uint8).reshape(sizes)


sources.register("idx", Source(read=read, describe=describe, files=files))
