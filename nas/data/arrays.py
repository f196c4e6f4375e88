"""Arrays of images and labels, checked once at the door: uint8 (n, c, h, w) and int64 (n,) come out."""

from __future__ import annotations

import numpy as np

from nas.data.bounds import check_classes, check_pixels
from nas.data.info import RawData
from nas.errors import DataError

MOST_CHANNELS = 4
CHUNK = 256


def image_shape(shape: tuple[int, ...], *, where: str) -> tuple[int, int, int]:
    """(c, h, w) of an array of images of `shape`: (n, h, w), (n, h, w, c) or (n, c, h, w)."""
    found = _image_shape(shape, where=where)
    if min(shape) < 1:
        raise DataError(f"{where}: there are no images (an array of shape {shape})")
    check_pixels(found[2], found[1], where=where)
    return found


def _image_shape(shape: tuple[int, ...], *, where: str) -> tuple[int, int, int]:
    if len(shape) == 3:
        return 1, shape[1], shape[2]
    if len(shape) != 4:
        raise DataError(f"{where}: images must be (n, h, w), (n, h, w, c) or (n, c, h, w); got {len(shape)} axes, {shape}")
    first, last = shape[1] <= MOST_CHANNELS, shape[3] <= MOST_CHANNELS
    if first == last:
        raise DataError(
            f"{where}: cannot tell which axis of {shape} holds the channels: "
            f"either the second or the last must be 1 to {MOST_CHANNELS}, and not both"
        )
    return shape[1:] if first else (shape[3], shape[1], shape[2])


def channels_first(images: np.ndarray, *, where: str) -> np.ndarray:
    """images: any of the three layouts -> (n, c, h, w)."""
    channels, height, width = image_shape(images.shape, where=where)
    if images.ndim == 4 and images.shape[1:] != (channels, height, width):
        images = images.transpose(0, 3, 1, 2)
    return images.reshape(len(images), channels, height, width)


def as_uint8(parts: list[np.ndarray], *, where: str) -> list[np.ndarray]:
    """Intensities as uint8 0..255; floats within 0..1 in every part are scaled, alike in all parts."""
    if all(part.dtype == np.uint8 for part in parts):
        return parts
    for part in parts:
        if part.dtype.kind not in "buif":
            raise DataError(f"{where}: images must be numbers, uint8 best; got dtype {part.dtype}")
        if part.dtype.kind == "f" and not np.isfinite(part).all():
            raise DataError(f"{where}: images hold NaN or infinity in {_first_bad(part)}")
    low, high = min(part.min() for part in parts), max(part.max() for part in parts)
    if low < 0 or high > 255:
        raise DataError(f"{where}: intensities must be 0 to 255 (or floats 0 to 1); got {low:g} to {high:g}")
    fractions = all(part.dtype.kind in "fb" for part in parts) and high <= 1
    return [_rounded(part, 255.0 if fractions else 1.0) for part in parts]


def _rounded(part: np.ndarray, scale: float) -> np.ndarray:
    """uint8 of `part` times `scale`; some images at a time, because float64 takes eight times the room."""
    whole = np.empty(part.shape, np.uint8)
    for start in range(0, len(part), CHUNK):
        whole[start : start + CHUNK] = np.rint(part[start : start + CHUNK] * scale)
    return whole


def _first_bad(images: np.ndarray) -> str:
    index = np.argwhere(~np.isfinite(images))[0]
    return f"image {index[0]}"


def as_labels(labels: np.ndarray, count: int, *, where: str) -> np.ndarray:
    """labels: (n,) or (n, 1) of any integer type -> (n,) int64."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise DataError(f"{where}: labels must be one integer an image, (n,); got {labels.shape}")
    if labels.dtype.kind not in "iu":
        raise DataError(f"{where}: labels must be integers; got dtype {labels.dtype}")
    if len(labels) != count:
        raise DataError(f"{where}: there must be one label an image; got {count} images and {len(labels)} labels")
    return labels.astype(np.int64)


def class_names(*labels: np.ndarray) -> tuple[str, ...]:
    """The distinct labels, in order, as names."""
    return tuple(str(value) for value in np.unique(np.concatenate(labels)))


def checked(raw: RawData, *, where: str) -> RawData:
    """`raw` with images uint8 (n, c, h, w), labels int64 0..k-1 and class names; `DataError` if it cannot be."""
    parts = [np.asarray(raw.images)]
    if (raw.test_images is None) != (raw.test_labels is None):
        raise DataError(f"{where}: test images and test labels must be given together")
    if raw.test_images is not None:
        parts.append(np.asarray(raw.test_images))
    for part in parts:
        if part.size == 0:
            raise DataError(f"{where}: there are no images (an array of shape {part.shape})")
    parts = [channels_first(part, where=where) for part in as_uint8(parts, where=where)]
    if parts[0].shape[1:] != parts[-1].shape[1:]:
        raise DataError(
            f"{where}: training and test images must have one shape; got {parts[0].shape[1:]} and {parts[-1].shape[1:]}"
        )
    labels = [as_labels(np.asarray(raw.labels), len(parts[0]), where=where)]
    if raw.test_labels is not None:
        labels.append(as_labels(np.asarray(raw.test_labels), len(parts[1]), where=f"{where}: test part"))
    classes, labels = _numbered(raw.classes, labels, where=where)
    has_test = len(parts) == 2
    return RawData(parts[0], labels[0], classes, parts[1] if has_test else None, labels[1] if has_test else None)


def _numbered(
    classes: tuple[str, ...] | None, labels: list[np.ndarray], *, where: str
) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """Class names, and labels that count them from 0."""
    if classes is None:
        values = np.unique(np.concatenate(labels))
        classes = tuple(str(value) for value in values)
        labels = [np.searchsorted(values, part) for part in labels]
    check_classes(len(classes), where=where)
    if len(classes) < 2:
        raise DataError(f"{where}: there must be two classes or more; got one, '{''.join(classes)}'")
    if len(set(classes)) < len(classes):
        raise DataError(f"{where}: class names must differ; got {', '.join(classes)}")
    for part in labels:
        if part.min() < 0 or part.max() >= len(classes):
            raise DataError(
                f"{where}: with {len(classes)} class names labels must be 0 to {len(classes) - 1}; "
                f"got {part.min()} to {part.max()}"
            )
    return classes, labels
