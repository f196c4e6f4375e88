"""How much a file of data may turn out to be: a small one must not fill the memory."""

from __future__ import annotations

from nas.errors import DataError

MOST_CLASSES = 1 << 16
MOST_PIXELS = 1 << 25  # of one picture, 8192 x 4096
MOST_TIMES = 100  # how many times its packed size data may have; images rarely shrink to a tenth
ALWAYS = 1 << 24  # bytes that packed data may have in any case


def check_unpacked(packed: int, unpacked: int, *, where: str) -> None:
    """Refuse compressed data that grows as no images do."""
    most = max(ALWAYS, MOST_TIMES * packed)
    if unpacked > most:
        raise DataError(f"{where}: {packed:,} compressed bytes would become {unpacked:,}; at most {MOST_TIMES} times as many may")


def check_pixels(width: int, height: int, *, where: str) -> None:
    """Refuse pictures too large to be decoded."""
    if not (width > 0 and height > 0 and width * height <= MOST_PIXELS):
        raise DataError(f"{where}: a picture may have 1 to {MOST_PIXELS:,} pixels, got {width:,} x {height:,}")


def check_classes(count: int, *, where: str) -> None:
    if count > MOST_CLASSES:
        raise DataError(f"{where}: there may be at most {MOST_CLASSES:,} classes, got {count:,}")
