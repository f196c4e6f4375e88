"""Many pictures decoded by several threads into one array (Pillow, extra "images")."""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from nas.data.bounds import check_pixels
from nas.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from PIL.Image import Image

GREY = {"1", "L", "LA"}
COLOUR = {"RGB", "RGBA", "P", "PA", "CMYK", "YCbCr", "RGBX", "HSV", "LAB"}
CHUNK = 64
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    OverflowError,
    MemoryError,
    RuntimeError,
    struct.error,
)


def pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtraError("pillow", extra="images", purpose="decoding pictures") from None
    return Image


def open_picture(file: Any) -> Image:
    """A picture of one of the common formats, its header read; Pillow knows others that start other programs."""
    return pillow().open(file, formats=FORMATS)


def is_grey(picture: Image, name: str) -> bool:
    if picture.mode not in GREY | COLOUR:
        raise DataError(f"{name}: pictures must have 8 bits a channel; got mode {picture.mode}: save it as 8-bit")
    return picture.mode in GREY


def upright(picture: Image) -> Image:
    """Turned as the camera was held (EXIF)."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture) if picture.getexif().get(0x0112, 1) != 1 else picture


def upright_size(picture: Image, name: str) -> tuple[int, int]:
    """Width and height, as it is looked at; `DataError` for a picture that is broken or too large."""
    check_pixels(*picture.size, where=name)
    try:
        return upright(picture).size
    except BROKEN as error:
        raise DataError(f"{name}: is a broken picture: {error}") from None


def stacked(
    items: Sequence[Any],
    opened: Callable[[Any], Image],
    name: Callable[[Any], str],
    *,
    grey: bool,
    size: tuple[int, int] | None,
    where: str,
) -> np.ndarray:
    """(n, h, w, c) uint8 of all `items`, each opened by `opened`; `size` is (height, width).

    `grey` says that one channel is enough; a picture in colour is then an error.
    """
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]

    def decode(chunk: Sequence[Any]) -> list[np.ndarray]:
        return [_decoded(item, opened, name(item), grey=grey, size=size) for item in chunk]

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        pictures = [picture for chunk in pool.map(decode, chunks) for picture in chunk]
    sizes = Counter(picture.shape[:2] for picture in pictures)
    if len(sizes) > 1:
        raise DataError(_mixed(sizes, where))
    return np.stack(pictures)


def _decoded(item: Any, opened: Callable[[Any], Image], name: str, *, grey: bool, size: tuple[int, int] | None) -> np.ndarray:
    image = pillow()
    try:
        with opened(item) as picture:
            check_pixels(*picture.size, where=name)
            if grey and not is_grey(picture, name):
                raise DataError(f"{name}: is in colour, but the first picture of every class is grey: convert them alike")
            is_grey(picture, name)
            # Orientation is looked at before conversion, which drops it.
            turned = upright(picture).convert("L" if grey else "RGB")
            if size is not None and turned.size != (size[1], size[0]):
                turned = turned.resize((size[1], size[0]), image.Resampling.BILINEAR)
            pixels = np.asarray(turned, dtype=np.uint8)
    except DataError:
        raise
    except (*BROKEN, image.DecompressionBombError) as error:
        raise DataError(f"{name}: is a broken picture: {error}") from None
    return pixels.reshape(*pixels.shape[:2], 1 if grey else 3)


def _mixed(sizes: Counter[tuple[int, ...]], where: str) -> str:
    """The text for pictures of several sizes (height, width)."""
    common = sizes.most_common()
    shown = ", ".join(f"{h}x{w} ({count} of them)" for (h, w), count in common[:4])
    more = f" and {len(common) - 4} more sizes" if len(common) > 4 else ""
    height, width = common[0][0]
    return (
        f"{where}: pictures must have one size, height x width; got {shown}{more}; `size: [{height}, {width}]` resizes them all"
    )
