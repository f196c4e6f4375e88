"""A data set ready to train on: decoded once to uint8 files that are memory-mapped, divided, with its statistics."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from nas.data import arrays, function
from nas.data.cache import default_cache, digest, discarded, state_of, written
from nas.data.info import DataInfo, Source, path_of, sources, title
from nas.data.split import Split, split
from nas.errors import DataError, UnknownNameError
from nas.space.settings import DataSettings

Part = Literal["train", "validation", "test", "all_train"]
SPLIT_FIELDS = ("limit", "validation", "test", "seed")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Decoded images and their fixed division.

    images: uint8 (n, c, h, w), memory-mapped; labels: int64 (n,); train, validation, test: ascending indices.
    mean, std: float32 (c,) of the train part, intensities scaled to 0..1.
    fingerprint: a digest of all images and labels, equal on every machine.
    """

    info: DataInfo
    images: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    fingerprint: str

    def part(self, name: Part) -> np.ndarray:
        """The indices of a part; "all_train" is train and validation."""
        if name == "all_train":
            return np.sort(np.concatenate([self.train, self.validation]))
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]


def describe(settings: DataSettings, *, cache: Path | None = None) -> DataInfo:
    """Name, shape and classes, without decoding images; a function of the user's is called, and its images kept."""
    source = source_for(settings)
    if source.describe is not None:
        return source.describe(settings)
    return load(settings, cache=cache or default_cache()).info


def known_size(settings: DataSettings, *, cache: Path | None = None) -> int | None:
    """How many images there are to train on, where the data set was decoded before; else None."""
    folder = folder_of(settings, cache=cache or default_cache())
    return len(load(settings, cache=cache or default_cache()).train) if folder.exists() else None


def folder_of(settings: DataSettings, *, cache: Path) -> Path:
    """Where the decoded images of `settings` are, or will be."""
    source = source_for(settings)
    return _folder(_resolved(settings, source), source, cache)


def load(settings: DataSettings, *, cache: Path, placed: str = "") -> Dataset:
    """The data set of `settings`; the first call decodes it under the folder `cache`, others share the files.

    placed: the name of its folder there, where another machine has decoded it (`nas.data.place`).
    """
    if placed:
        return _opened(cache / placed, settings)
    source = source_for(settings)
    settings = _resolved(settings, source)
    folder = _folder(settings, source, cache)
    try:
        return _opened(folder, settings)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except DataError:
        raise
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        discarded(folder)
    _decode(settings, source, folder)
    return _opened(folder, settings)


def source_for(settings: DataSettings) -> Source:
    """The source that `settings.name` names; what it cannot take is an error."""
    try:
        source = function.source if ":" in settings.name else sources.get(settings.name)
    except UnknownNameError as error:
        raise UnknownNameError(f"data.name: {error}; a function of your own is module:function") from None
    if settings.path is not None and not source.takes_path:
        raise DataError(f"data.path: '{settings.name}' takes no path; got {settings.path}; name: folder, npz, ... take one")
    if settings.size is not None and (not source.takes_size or min(settings.size) < 1):
        able = ", ".join(name for name in sources.names() if sources.get(name).takes_size)
        raise DataError(
            f"data.size: must be two numbers above 0 for a source that resizes ({able}); "
            f"got {list(settings.size)} for '{settings.name}'"
        )
    return source


def _resolved(settings: DataSettings, source: Source) -> DataSettings:
    """With an absolute path, so that the current directory decides nothing further down."""
    return settings.model_copy(update={"path": str(path_of(settings).resolve())}) if source.needs_path else settings


def _folder(settings: DataSettings, source: Source, root: Path) -> Path:
    """Where decoded images are kept: one place for all divisions of the same images."""
    chosen = settings.model_dump(mode="json", exclude=set(SPLIT_FIELDS))
    key = digest([chosen, state_of(source.files(settings))])
    return root / f"{re.sub(r'[^A-Za-z0-9_.-]', '-', settings.name)}-{key}"


def _decode(settings: DataSettings, source: Source, folder: Path) -> None:
    where = f"data '{settings.name}'" + (f" ({settings.path})" if settings.path else "")
    raw = arrays.checked(source.read(settings), where=where)
    images, labels = [raw.images], [raw.labels]
    if raw.test_images is not None and raw.test_labels is not None:
        images.append(raw.test_images)
        labels.append(raw.test_labels)
    every, numbers = np.ascontiguousarray(np.concatenate(images)), np.concatenate(labels)
    fingerprint = hashlib.blake2b(every.data, digest_size=16)
    fingerprint.update(numbers.data)
    document = {
        "name": source.describe(settings).name if source.describe else title(settings),
        "classes": raw.classes,
        "test_from": len(raw.images) if raw.test_images is not None else None,
        "fingerprint": fingerprint.hexdigest(),
    }

    def write(aside: Path) -> None:
        np.save(aside / "images.npy", every)
        np.save(aside / "labels.npy", numbers)
        (aside / "info.json").write_text(json.dumps(document), encoding="utf-8")

    written(folder, write)


def _opened(folder: Path, settings: DataSettings) -> Dataset:
    document = json.loads((folder / "info.json").read_text(encoding="utf-8"))
    # Copy on write: torch wants memory it could write to, and the file must never change.
    images = np.load(folder / "images.npy", mmap_mode="c", allow_pickle=False)
    labels = np.load(folder / "labels.npy", allow_pickle=False)
    info = DataInfo(document["name"], images.shape[1:], tuple(document["classes"]))
    divided, mean, std = _divided(folder, settings, images, labels, info, document["test_from"])
    return Dataset(
        info,
        images,
        labels,
        divided.train,
        divided.validation,
        divided.test,
        mean,
        std,
        document["fingerprint"],
    )


def _divided(
    folder: Path,
    settings: DataSettings,
    images: np.ndarray,
    labels: np.ndarray,
    info: DataInfo,
    test_from: int | None,
) -> tuple[Split, np.ndarray, np.ndarray]:
    """The division and the statistics of its train part, kept beside the images."""
    key = digest([getattr(settings, field) for field in SPLIT_FIELDS])
    path = folder / f"split-{key}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            return Split(kept["train"], kept["validation"], kept["test"]), kept["mean"], kept["std"]
    divided = split(labels, info.classes, settings, test_from=test_from, where=f"data '{info.name}'")
    mean, std = statistics(images, divided.train)
    # A cache that may only be read is fine: the division is then made anew each time.
    with contextlib.suppress(PermissionError):
        _kept(path, divided, mean, std)
    return divided, mean, std


def _kept(path: Path, divided: Split, mean: np.ndarray, std: np.ndarray) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.savez(file, train=divided.train, validation=divided.validation, test=divided.test, mean=mean, std=std)
    os.replace(file.name, path)


def statistics(images: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel, float32 (c,), of intensities scaled to 0..1.

    Counted in integers, so that no order of summation matters. A channel that never changes has std 1.
    """
    counts = np.zeros((images.shape[1], 256), np.int64)
    for start in range(0, len(chosen), 1024):
        some = images[chosen[start : start + 1024]]
        for channel in range(images.shape[1]):
            counts[channel] += np.bincount(some[:, channel].ravel(), minlength=256)
    levels = np.arange(256) / 255
    total = counts.sum(axis=1)
    mean = counts @ levels / total
    variance = counts @ levels**2 / total - mean**2
    std = np.sqrt(np.maximum(variance, 0))
    return mean.astype(np.float32), np.where(std < 1e-6, 1, std).astype(np.float32)
