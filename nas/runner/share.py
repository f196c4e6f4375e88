"""How much of a GPU a trial is given: by an estimate of what its training holds in memory, in eighths.

Small networks leave most of a GPU idle, so several share one; those that fill it do not meet. The estimate counts weights,
gradients, the optimiser's state and the outputs of all nodes for one batch, and a fixed part for CUDA and its workspaces.
A network that needs more than one GPU is given a whole one, where it is trained with less of the batch at a time.
"""

from __future__ import annotations

import math

from nas.space.settings import TrainSettings

EIGHTHS = 8
FIXED_BYTES = 0.8e9  # CUDA's context, cuDNN's workspaces and what the allocator keeps
OPTIMIZER_STATES = {"sgd": 1, "adamw": 2}  # tensors as large as the weights


def training_bytes(*, params: int, activations: int, train: TrainSettings) -> float:
    """What a training holds on its device. activations: scalars that all nodes put out for one image."""
    copies = 2 + OPTIMIZER_STATES[train.optimizer] + (train.ema is not None)
    width = 2 if train.precision == "bf16" else 4
    return 4 * params * copies + width * activations * train.batch + FIXED_BYTES


def gpu_share(needed_bytes: float, gpu_bytes: float) -> float:
    """The share of a GPU, a multiple of 1/8 up to 1, that holds so many bytes."""
    return min(EIGHTHS, max(1, math.ceil(EIGHTHS * needed_bytes / gpu_bytes))) / EIGHTHS
