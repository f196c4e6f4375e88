"""One .npz file: x and y, images and labels, or x_train, y_train, x_test, y_test; class names in `classes`.

Nothing pickled is ever loaded. A description reads the header of the images and the labels only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nas.data import archive, arrays
from nas.data.info import DataInfo, RawData, Source, path_of, sources, title
from nas.errors import DataError
from nas.space.settings import DataSettings

PAIRS = (("x_train", "y_train"), ("x", "y"), ("images", "labels"))


def describe(settings: DataSettings) -> DataInfo:
    path, names = _opened(settings)
    images, labels, _, test_labels = _keys(path, names)
    shape = arrays.image_shape(archive.shape(path, images), where=str(path))
    found = _classes(path, names)
    if found is None:
        used = [archive.array(path, key) for key in (labels, test_labels) if key]
        found = arrays.class_names(*[arrays.as_labels(part, len(part), where=str(path)) for part in used])
    return DataInfo(title(settings), shape, found)


def read(settings: DataSettings) -> RawData:
    path, names = _opened(settings)
    images, labels, test_images, test_labels = _keys(path, names)
    return RawData(
        archive.array(path, images),
        archive.array(path, labels),
        _classes(path, names),
        archive.array(path, test_images) if test_images else None,
        archive.array(path, test_labels) if test_labels else None,
    )


def files(settings: DataSettings) -> Sequence[Path]:
    return (path_of(settings),)


def _opened(settings: DataSettings) -> tuple[Path, list[str]]:
    path = path_of(settings)
    if path.is_dir():
        raise DataError(f"data.path: 'npz' needs a file; {path} is a folder: name: folder reads one of images")
    return path, archive.names(path)


def _keys(path: Path, names: list[str]) -> tuple[str, str, str, str]:
    """The arrays of training images and labels, and of test images and labels ("" where there are none)."""
    for images, labels in PAIRS:
        if images in names and labels in names:
            test = ("x_test", "y_test")
            found = [name for name in test if name in names]
            if len(found) == 1:
                raise DataError(f"{path}: x_test and y_test must be given together; got only {found[0]}")
            return (images, labels, *test) if found else (images, labels, "", "")
    wanted = "; ".join(f"{images} and {labels}" for images, labels in PAIRS)
    raise DataError(f"{path}: must hold one of these pairs of arrays: {wanted}; got {', '.join(names) or 'none'}")


def _classes(path: Path, names: list[str]) -> tuple[str, ...] | None:
    if "classes" not in names:
        return None
    found = archive.array(path, "classes")
    if found.ndim != 1 or found.dtype.kind != "U":
        raise DataError(f"{path}: 'classes' must be a list of names; got {found.dtype} of shape {found.shape}")
    return tuple(str(name) for name in found)


sources.register("npz", Source(read=read, describe=describe, files=files))
