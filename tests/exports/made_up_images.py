"""Made-up images to compare exported files on."""

from __future__ import annotations

import numpy as np

from nas.exports import Evidence, Exam


def evidence(shape: tuple[int, ...], *, classes: int = 0) -> Evidence:
    """Made-up images of a shape; with classes, 70 of them with labels."""
    draw = np.random.default_rng(7)
    pixels = draw.integers(0, 256, (70, *shape), np.uint8)
    exam = Exam("test", pixels, draw.integers(0, classes, 70)) if classes else None
    return Evidence(pixels[:30], exam, draw.integers(0, 256, (40, *shape), np.uint8))
