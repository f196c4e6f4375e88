"""The images that a network is scored on: one batch of the training part, the same for every network of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nas.data import Dataset

LEAST = 4  # images asked for at least: batches differ in size by one, and one image alone has no statistics
MOST = 64  # as Abdelfattah et al. 2021, arXiv:2101.08134, take; more cost time and change little


def one_batch(dataset: Dataset, *, batch: int, device: str) -> tuple[Tensor, Tensor]:
    """Images, normalised, float32 (b, c, h, w), and their labels, int64 (b,).

    b is `batch` within 4 and 64, or somewhat less, as all batches of an epoch are of one size.
    """
    from nas.data.batches import Batches  # on demand: it loads torch, which a plan of a search does without

    batches = Batches(dataset, "train", batch=min(max(batch, LEAST), MOST), device=device, seed=0)
    return next(batches.epoch(1))
