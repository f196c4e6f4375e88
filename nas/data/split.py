"""The fixed division into train, validation and test: stratified, from the seed of the settings.

Each class is shuffled by itself and cut. The bits come from PCG64's raw stream, which NumPy keeps alike across versions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nas.errors import DataError
from nas.seeds import derive
from nas.space.settings import DataSettings


@dataclass(frozen=True)
class Split:
    """Ascending indices of images, int64; the three do not meet."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def shuffled(count: int, seed: int) -> np.ndarray:
    """A permutation of 0..count-1 that depends only on `seed`."""
    return np.argsort(np.random.PCG64(seed).random_raw(count), kind="stable")


def split(labels: np.ndarray, classes: tuple[str, ...], settings: DataSettings, *, test_from: int | None, where: str) -> Split:
    """Divide images 0..n-1; those from `test_from` on are a test part of the source's own (None: split one off)."""
    own = labels[:test_from]
    order = np.argsort(own, kind="stable")
    ends = np.searchsorted(own[order], np.arange(len(classes)), side="right")
    members = []
    for number, (name, found) in enumerate(zip(classes, np.split(order, ends)[:-1], strict=True)):
        _enough(name, len(found), 2 if test_from is not None else 3, where=where)
        members.append(found[shuffled(len(found), derive(settings.seed, "split", number))])
    test = np.arange(len(own), len(labels)) if test_from is not None else None
    if test is None:
        taken = [_share(len(found), settings.test, keep=2) for found in members]
        test = np.concatenate([found[:count] for found, count in zip(members, taken, strict=True)])
        members = [found[count:] for found, count in zip(members, taken, strict=True)]
    members = _limited(members, settings.limit)
    taken = [_share(len(found), settings.validation, keep=1) for found in members]
    validation = np.concatenate([found[:count] for found, count in zip(members, taken, strict=True)])
    train = np.concatenate([found[count:] for found, count in zip(members, taken, strict=True)])
    return Split(np.sort(train), np.sort(validation), np.sort(test))


def _enough(name: str, count: int, needed: int, *, where: str) -> None:
    if count < needed:
        parts = "train and validation" if needed == 2 else "train, validation and test"
        raise DataError(
            f"{where}: class '{name}' has {count} image{'' if count == 1 else 's'}; "
            f"to be divided into {parts} each class needs at least {needed}"
        )


def _share(count: int, share: float, *, keep: int) -> int:
    """`share` of `count`, rounded; at least 1, and at least `keep` are left."""
    return min(max(1, round(share * count)), count - keep)


def _limited(members: list[np.ndarray], limit: int | None) -> list[np.ndarray]:
    """The first of each class, so that `limit` are left in proportion, two of each class at least."""
    sizes = np.array([len(found) for found in members])
    if limit is None or limit >= sizes.sum():
        return members
    if limit < 2 * len(members):
        raise DataError(
            f"data.limit: {len(members)} classes need at least {2 * len(members)} images, "
            f"one to train and one to validate for each; got {limit}"
        )
    quota = limit * sizes / sizes.sum()
    counts = np.maximum(2, np.floor(quota).astype(np.int64))
    while counts.sum() < limit:
        counts[np.argmax(np.where(counts < sizes, quota - counts, -np.inf))] += 1
    while counts.sum() > limit:
        counts[np.argmax(np.where(counts > 2, counts - quota, -np.inf))] -= 1
    return [found[:count] for found, count in zip(members, counts, strict=True)]
