"""Batches on the device: normalised and augmented in torch, from uint8 images that stay there.

Pad and crop, mirror: He et al., "Deep Residual Learning", 2016, section 4.2. Cutout: DeVries & Taylor 2017.
What lies outside the image after a crop, and what cutout hides, is the mean, 0 after normalisation.
Every draw of an epoch is made at once by NumPy from (seed, epoch), so that it is the same on every device.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from nas.data.dataset import Dataset, Part
from nas.data.split import shuffled
from nas.errors import DataError
from nas.seeds import derive
from nas.space.settings import AugmentSettings

TRAINING = ("train", "all_train")


class Draws(NamedTuple):
    """What happens to each image of an epoch, int64 (n,) each: crop offsets, mirrored or not, centre of the cutout."""

    top: Tensor
    left: Tensor
    flip: Tensor
    cut_row: Tensor
    cut_column: Tensor


class Batches:
    """The images of one part, epoch after epoch.

    Training parts come in a new order each epoch and are augmented; the others in the data set's order, as they are.
    Batches of an epoch differ in size by at most one, so that no batch is too small for its statistics.
    """

    def __init__(
        self,
        dataset: Dataset,
        part: Part,
        *,
        batch: int,
        device: torch.device | str,
        seed: int,
        augment: AugmentSettings | None = None,
        channels_last: bool = False,
    ) -> None:
        self.device = torch.device(device)
        self.seed = seed
        self.training = part in TRAINING
        self.augment = _active(augment, dataset) if self.training else None
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        ids = dataset.part(part)
        self.labels = torch.from_numpy(dataset.labels[ids]).to(self.device)
        # The CPU reads the shared memory map; another device holds its part.
        self._rows = ids if self.device.type == "cpu" else np.arange(len(ids))
        images = dataset.images if self.device.type == "cpu" else dataset.images[ids]
        self.images = torch.from_numpy(images).to(self.device)
        scale = 1 / (255 * torch.from_numpy(dataset.std))
        shift = -torch.from_numpy(dataset.mean / dataset.std)
        self._scale, self._shift = (value.view(1, -1, 1, 1).to(self.device) for value in (scale, shift))
        self._count = max(1, -(-len(ids) // batch))

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self._count

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Normalised images, float32 (b, c, h, w), and labels, int64 (b,); the same for the same seed and number."""
        count = len(self._rows)
        order = shuffled(count, derive(self.seed, "order", number)) if self.training else np.arange(count)
        rows = torch.from_numpy(self._rows[order]).to(self.device)
        labels = self.labels[torch.from_numpy(order).to(self.device)]
        draws = self._draws(count, number) if self.augment else None
        for start, end in self._bounds(count):
            chosen = self.images.index_select(0, rows[start:end])
            if draws is None or self.augment is None:
                x = self._normalised(chosen)
            else:
                x = self._augmented(chosen, Draws(*(draw[start:end] for draw in draws)), self.augment)
            yield x.contiguous(memory_format=self.format), labels[start:end]

    def _bounds(self, count: int) -> list[tuple[int, int]]:
        edges = [count * index // self._count for index in range(self._count + 1)]
        return list(pairwise(edges))

    def _draws(self, count: int, number: int) -> Draws:
        assert self.augment is not None
        _, _, height, width = self.images.shape
        raw = np.random.PCG64(derive(self.seed, "augment", number)).random_raw((5, count))
        crops = 2 * self.augment.pad + 1
        limits = np.array([crops, crops, 2 if self.augment.flip else 1, height, width], np.uint64)
        values = (raw % limits[:, None]).astype(np.int64)
        values[:2] -= self.augment.pad
        return Draws(*torch.from_numpy(values).to(self.device))

    def _normalised(self, images: Tensor) -> Tensor:
        return images.to(torch.float32).mul_(self._scale).add_(self._shift)

    def _augmented(self, images: Tensor, draws: Draws, augment: AugmentSettings) -> Tensor:
        """images: uint8 (b, c, h, w) -> float32, each cropped, mirrored and cut by its own draws."""
        count, channels, height, width = images.shape
        down = torch.arange(height, device=self.device)
        across = torch.arange(width, device=self.device)
        rows = down + draws.top[:, None]
        columns = torch.where(draws.flip[:, None] == 1, across.flip(0), across) + draws.left[:, None]
        seen_rows, seen_columns = (rows >= 0) & (rows < height), (columns >= 0) & (columns < width)
        index = rows.clamp(0, height - 1)[:, :, None] * width + columns.clamp(0, width - 1)[:, None, :]
        flat = images.view(count, channels, -1).gather(2, index.view(count, 1, -1).expand(count, channels, height * width))
        x = self._normalised(flat.view(images.shape))
        seen = seen_rows[:, :, None] & seen_columns[:, None, :]
        if augment.cutout:
            cut_rows = _within(down, draws.cut_row, augment.cutout)
            cut_columns = _within(across, draws.cut_column, augment.cutout)
            seen &= ~(cut_rows[:, :, None] & cut_columns[:, None, :])
        return x.mul_(seen[:, None])


def _within(places: Tensor, centres: Tensor, side: int) -> Tensor:
    """(b, places): whether a place is inside the `side` places around each centre."""
    offset = places - centres[:, None] + side // 2
    return (offset >= 0) & (offset < side)


def _active(augment: AugmentSettings | None, dataset: Dataset) -> AugmentSettings | None:
    """`augment`, or None if it does nothing."""
    if augment is None or not (augment.pad or augment.flip or augment.cutout):
        return None
    side = min(dataset.info.shape[1:])
    for field in ("pad", "cutout"):
        if getattr(augment, field) >= side:
            raise DataError(
                f"train.augment.{field}: must be smaller than the images, {side} pixels; got {getattr(augment, field)}"
            )
    return augment
