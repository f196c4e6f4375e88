"""CIFAR-10 and CIFAR-100 as their authors' binary files: rows of label bytes and 3072 bytes, red plane first.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. The pickled version is not read:
a pickle can run any program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nas.data.info import DataInfo, RawData, Source, folder_of, sources
from nas.errors import DataError
from nas.safe_paths import inside
from nas.space.settings import DataSettings

PIXELS = 3 * 32 * 32
MOST_NAMES = 1 << 16  # bytes of the file of names
MOST_ROWS = 50_000  # in one file

# fmt: off
FINE_CLASSES = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
    "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
    "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup",
    "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house",
    "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man",
    "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid",
    "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy",
    "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal",
    "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar",
    "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
    "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
)
# fmt: on


@dataclass(frozen=True)
class Layout:
    """Where one of the two data sets keeps what; the last of `label_bytes` is the class."""

    title: str
    subfolder: str
    archive: str
    train: tuple[str, ...]
    test: str
    pickled: tuple[str, ...]
    names: str
    label_bytes: int
    classes: tuple[str, ...]


CIFAR10 = Layout(
    title="CIFAR-10",
    subfolder="cifar-10-batches-bin",
    archive="cifar-10-binary.tar.gz",
    train=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    test="test_batch.bin",
    pickled=("cifar-10-batches-py", "data_batch_1"),
    names="batches.meta.txt",
    label_bytes=1,
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
)
CIFAR100 = Layout(
    title="CIFAR-100",
    subfolder="cifar-100-binary",
    archive="cifar-100-binary.tar.gz",
    train=("train.bin",),
    test="test.bin",
    pickled=("cifar-100-python", "train"),
    names="fine_label_names.txt",
    label_bytes=2,
    classes=FINE_CLASSES,
)
LAYOUTS = {"cifar10": CIFAR10, "cifar100": CIFAR100}


def describe(settings: DataSettings) -> DataInfo:
    """Shape and classes are known, so no file is opened but the one of names, if it is there."""
    layout = LAYOUTS[settings.name]
    root = Path(settings.path).expanduser() if settings.path else None
    classes = _classes(layout, _inside(root, layout)) if root else layout.classes
    return DataInfo(settings.name, (3, 32, 32), classes)


def read(settings: DataSettings) -> RawData:
    layout = LAYOUTS[settings.name]
    paths = files(settings)
    rows = np.concatenate([_rows(path, layout) for path in paths[:-1]])
    test = _rows(paths[-1], layout)
    classes = _classes(layout, paths[0].parent)
    return RawData(*_unpacked(rows, layout), classes, *_unpacked(test, layout))


def files(settings: DataSettings) -> Sequence[Path]:
    layout = LAYOUTS[settings.name]
    root = _inside(folder_of(settings), layout)
    for name in (*layout.train, layout.test):
        if not (root / name).is_file():
            raise DataError(f"{root}: {name} is missing{_advice(root, layout)}")
    return [inside(root / name, root) for name in (*layout.train, layout.test)]


def _inside(root: Path, layout: Layout) -> Path:
    return root / layout.subfolder if (root / layout.subfolder).is_dir() else root


def _advice(root: Path, layout: Layout) -> str:
    if any((root / name).exists() for name in layout.pickled):
        return (
            f"; this is the pickled 'python version', which is not read: "
            f"unpack the 'binary version' of {layout.title}, {layout.archive}"
        )
    return f"; unpack {layout.archive} ({layout.title} binary version) here"


def _rows(path: Path, layout: Layout) -> np.ndarray:
    """(n, label bytes + 3072) uint8."""
    row = layout.label_bytes + PIXELS
    size = path.stat().st_size
    if size == 0 or size % row or size > MOST_ROWS * row:
        raise DataError(
            f"{path}: must hold up to {MOST_ROWS:,} rows of {row} bytes; got {size} bytes: the file is cut short or damaged"
        )
    return np.fromfile(path, np.uint8).reshape(-1, row)


def _unpacked(rows: np.ndarray, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    images = rows[:, layout.label_bytes :].reshape(-1, 3, 32, 32)
    return images, rows[:, layout.label_bytes - 1]


def _classes(layout: Layout, root: Path) -> tuple[str, ...]:
    path = root / layout.names
    if not path.is_file():
        return layout.classes
    with inside(path, root).open("rb") as file:
        found = tuple(file.read(MOST_NAMES).decode(errors="replace").split())
    if len(found) != len(layout.classes):
        raise DataError(f"{path}: must hold {len(layout.classes)} class names; got {len(found)}")
    return found


for _name in LAYOUTS:
    sources.register(_name, Source(read=read, describe=describe, files=files))
