"""A folder of class folders of pictures; with `train` and `test` in between where there is a test part.

Hidden files and files that are no pictures are skipped; folders inside a class folder are not read.
The first picture of every class decides between grey and colour: grey only if all of them are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nas.data import stack
from nas.data.bounds import check_classes
from nas.data.info import DataInfo, RawData, Source, folder_of, sources, title
from nas.errors import DataError
from nas.safe_paths import inside
from nas.space.settings import DataSettings

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm"}

Classes = dict[str, list[str]]


def describe(settings: DataSettings) -> DataInfo:
    _, train, _ = _parts(settings)
    first = next(iter(train.values()))[0]
    with _opened(first) as picture:
        width, height = stack.upright_size(picture, first)
    height, width = settings.size or (height, width)
    return DataInfo(title(settings), (1 if _all_grey(train) else 3, height, width), tuple(train))


def read(settings: DataSettings) -> RawData:
    root, train, test = _parts(settings)
    grey = _all_grey(train)
    images, labels = _stacked(train, list(train), root, grey, settings.size)
    if test is None:
        return RawData(images, labels, tuple(train))
    test_images, test_labels = _stacked(test, list(train), root, grey, settings.size)
    return RawData(images, labels, tuple(train), test_images, test_labels)


def files(settings: DataSettings) -> Sequence[str]:
    _, train, test = _parts(settings)
    return [path for classes in (train, test or {}) for paths in classes.values() for path in paths]


def _parts(settings: DataSettings) -> tuple[Path, Classes, Classes | None]:
    root = folder_of(settings)
    if (root / "train").is_dir() and (root / "test").is_dir():
        train, test = _scanned(root / "train", root), _scanned(root / "test", root)
        unknown = sorted(set(test) - set(train))
        if unknown:
            raise DataError(f"{root / 'test' / unknown[0]}: there is no class '{unknown[0]}' in {root / 'train'}")
        return root, train, test
    return root, _scanned(root, root), None


def _own(entry: os.DirEntry[str], root: Path) -> os.DirEntry[str]:
    """An entry that does not lead out of the data set's folder."""
    if entry.is_symlink():
        inside(Path(entry.path), root)
    return entry


def _scanned(root: Path, within: Path) -> Classes:
    """The pictures of every class, both in order of their names."""
    entries = [entry for entry in os.scandir(root) if os.path.isdir(entry.path) and not entry.name.startswith(".")]
    folders = sorted(_own(entry, within).name for entry in entries)
    if not folders:
        raise DataError(f"{root}: must hold a folder of pictures for each class; got no folders")
    check_classes(len(folders), where=str(root))
    classes = {name: _pictures(root / name, within) for name in folders}
    for name, found in classes.items():
        if not found:
            raise DataError(
                f"{root / name}: class '{name}' has no pictures (0); looked for {', '.join(sorted(SUFFIXES))}, "
                "not inside further folders; a test part of its own stands in two folders, train and test"
            )
    return classes


def _pictures(folder: Path, within: Path) -> list[str]:
    entries = [entry for entry in os.scandir(folder) if entry.name[0] != "." and os.path.isfile(entry.path)]
    names = sorted(_own(entry, within).name for entry in entries if os.path.splitext(entry.name)[1].lower() in SUFFIXES)
    return [os.path.join(folder, name) for name in names]


def _opened(path: str) -> Image:
    try:
        return stack.open_picture(path)
    except (*stack.BROKEN, stack.pillow().DecompressionBombError) as error:
        raise DataError(f"{path}: is a broken picture: {error}") from None


def _all_grey(classes: Classes) -> bool:
    for paths in classes.values():
        with _opened(paths[0]) as picture:
            if not stack.is_grey(picture, paths[0]):
                return False
    return True


def _stacked(
    classes: Classes, names: list[str], root: Path, grey: bool, size: tuple[int, int] | None
) -> tuple[np.ndarray, np.ndarray]:
    paths = [path for found in classes.values() for path in found]
    labels = np.repeat([names.index(name) for name in classes], [len(found) for found in classes.values()])
    return stack.stacked(paths, _opened, str, grey=grey, size=size, where=str(root)), labels


sources.register("folder", Source(read=read, describe=describe, files=files, takes_size=True))
