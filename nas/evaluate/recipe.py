"""The parts of a training recipe: optimiser, learning rate, memory format, loss, averaged weights.

- SGD with Nesterov momentum (Sutskever et al. 2013) or AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101);
  no weight decay on norms and biases (Goyal et al. 2017, arXiv:1706.02677, section 5.1).
- cosine: Loshchilov and Hutter 2017 (arXiv:1608.03983) without restarts, stepped each iteration, to 0.
- one-cycle: Smith and Topin 2018 (arXiv:1708.07120), in the form of torch's `OneCycleLR` with its defaults;
  the momentum stays, and the rise is the warm-up, so `warmup` does not count.
- label smoothing: Szegedy et al. 2016 (arXiv:1512.00567, section 7); auxiliary heads count 0.3: Szegedy et
  al. 2015 (arXiv:1409.4842, section 5).
- averaged weights: Polyak and Juditsky 1992, exponential, with a short memory in the first steps.
"""

from __future__ import annotations

import copy
import math
from contextlib import AbstractContextManager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.space.settings import TrainSettings

AUXILIARY_WEIGHT = 0.3
RISE, DIVISOR, FINAL_DIVISOR = 0.3, 25.0, 1e4  # of one-cycle


def learning_rate(settings: TrainSettings, step: int, *, steps_per_epoch: int, epochs: int) -> float:
    """The rate of iteration `step` (0, 1, ...) of epochs * steps_per_epoch."""
    total = steps_per_epoch * epochs
    if settings.schedule == "one-cycle":
        return _one_cycle(settings.lr, step, total)
    warm = min(round(settings.warmup * steps_per_epoch), total)
    if step < warm:
        return settings.lr * (step + 1) / (warm + 1)
    if settings.schedule == "constant":
        return settings.lr
    return _cosine(settings.lr, 0.0, (step - warm) / (total - warm))


def _one_cycle(peak: float, step: int, total: int) -> float:
    top = RISE * total - 1
    if step <= top:
        return _cosine(peak / DIVISOR, peak, step / top if top > 0 else 1.0)
    return _cosine(peak, peak / DIVISOR / FINAL_DIVISOR, min(1.0, (step - top) / (total - 1 - top)))


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def optimizer(settings: TrainSettings, model: nn.Module) -> torch.optim.Optimizer:
    """The optimiser of all weights of `model`; fused, one call for all weights, on a CPU as on a GPU."""
    weights = list(model.parameters())
    groups = [
        {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [weight for weight in weights if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if settings.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=settings.lr, betas=(settings.momentum, 0.999), fused=True)
    nesterov = settings.momentum > 0
    return torch.optim.SGD(groups, lr=settings.lr, momentum=settings.momentum, nesterov=nesterov, fused=True)


def placed(model: nn.Module, device: torch.device, *, channels_last: bool) -> nn.Module:
    """`model` on `device`, its images and filters in this memory format; the model itself is moved."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return model.to(device).to(memory_format=layout)  # pyright: ignore[reportCallIssue]


def loss(answers: Tensor | tuple[Tensor, ...], labels: Tensor, *, smoothing: float) -> Tensor:
    """Mean cross-entropy in float32. answers: (batch, classes), the prediction first; labels: (batch,)."""
    if isinstance(answers, Tensor):
        return F.cross_entropy(answers.float(), labels, label_smoothing=smoothing)
    parts = [F.cross_entropy(answer.float(), labels, label_smoothing=smoothing) for answer in answers]
    return parts[0] + AUXILIARY_WEIGHT * sum(parts[1:])


def autocast(device: torch.device, precision: str) -> AbstractContextManager[object]:
    """bfloat16 where torch's lists of operations allow it, if `precision` is "bf16"."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


class Average:
    """An exponential average of a model's weights and running statistics, in a copy of the model."""

    def __init__(self, model: nn.Module, *, decay: float) -> None:
        self.model = copy.deepcopy(model)
        self.decay = decay
        self._pairs = list(zip(self.model.state_dict().values(), model.state_dict().values(), strict=True))

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after iteration `step` (0, 1, ...)."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for mine, theirs in self._pairs:
            if mine.is_floating_point():
                mine.lerp_(theirs, share)
            else:
                mine.copy_(theirs)
