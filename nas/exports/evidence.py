"""Real images that a network was not trained on: what every exported file is asked, and what was right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nas.errors import InputError
from nas.genome import Shape

BATCHES = (1, 2, 7, 64)  # at which logits are compared
MOST_COUNTED = 10_000  # images on which right answers are counted
CALIBRATING = 512  # images on which the ranges of integers are found
Part = Literal["test", "validation"]


@dataclass(frozen=True, eq=False)
class Exam:
    """Images whose right answers are counted. pixels: uint8 (n, channels, height, width); labels: int64 (n,)."""

    part: Part
    pixels: np.ndarray
    labels: np.ndarray


def _none() -> np.ndarray:
    return np.empty(0, np.uint8)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What exported files are proved on.

    pixels: uint8 (n, channels, height, width), n >= 1: test images, on which logits are compared. exam: left out, no right
    answers are counted. training: uint8 (n, channels, height, width), on which integers are calibrated.
    """

    pixels: np.ndarray
    exam: Exam | None = None
    training: np.ndarray = field(default_factory=_none)

    def check(self, shape: Shape) -> None:
        """Raises InputError where these are no images of this shape."""
        wanted = ", ".join(map(str, shape))
        for pixels in [self.pixels] if self.exam is None else [self.pixels, self.exam.pixels]:
            if pixels.dtype != np.uint8 or pixels.shape[1:] != tuple(shape) or len(pixels) == 0:
                got = f"{pixels.dtype} {tuple(pixels.shape)}"
                raise InputError(f"the images to compare on must be uint8 of the shape (images, {wanted}), got {got}")

    def questions(self) -> dict[str, np.ndarray]:
        """What a file is asked, by name: the first images in batches of each size, from the first on again where there are too
        few; and the exam.
        """
        batches = {f"batch{size}": self.pixels[np.arange(size) % len(self.pixels)] for size in BATCHES}
        return batches if self.exam is None else {**batches, "exam": self.exam.pixels}


def spread(indices: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the indices, evenly spread."""
    return indices[np.arange(most) * len(indices) // most] if len(indices) > most else indices
