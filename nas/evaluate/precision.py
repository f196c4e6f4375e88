"""float32 or bf16: decided once for a search, by measuring where measuring is needed."""

from __future__ import annotations

import copy
import statistics
import time
from itertools import cycle, islice
from typing import Literal

import torch
from torch import Tensor, nn

from nas.data import Dataset
from nas.data.batches import Batches
from nas.evaluate import recipe
from nas.evaluate.threads import threads
from nas.evaluate.training import own_randomness
from nas.genome import Genome
from nas.network import build
from nas.space.settings import TrainSettings

Precision = Literal["float32", "bf16"]
STEPS = 5  # of each precision; the first is not counted
FASTER = 1.2
LOSSES_WITHIN = 0.05
WORTH_SECONDS = 0.005  # a step shorter than this stays as it is: its time is mostly overhead, and chance


def choose(settings: TrainSettings, network: Genome | nn.Module, dataset: Dataset, device: str) -> Precision:
    """The precision to train with where the settings say "auto"; otherwise what they say.

    On a GPU bf16 where it computes it. On a CPU bf16 where training steps of `network` are at least 1.2 times
    as fast and the losses agree within 5 %; the probe takes ten steps of training.
    """
    if settings.precision != "auto":
        return settings.precision
    if torch.device(device).type == "cuda":
        return "bf16" if torch.cuda.get_device_capability(device) >= (8, 0) else "float32"
    model = build(network) if isinstance(network, Genome) else network
    with threads(settings.threads), own_randomness(0, torch.device(device)):
        return _probed(settings, model, dataset, torch.device(device))


def _probed(settings: TrainSettings, model: nn.Module, dataset: Dataset, device: torch.device) -> Precision:
    last = settings.channels_last is not False
    source = Batches(dataset, "train", batch=settings.batch, device=device, seed=0, channels_last=last)
    batches = list(islice(source.epoch(1), STEPS))
    # A tenth of the rate: the losses are to show the arithmetic, not how training at the full rate diverges.
    gentle = settings.model_copy(update={"lr": settings.lr / 10})
    models = {
        precision: recipe.placed(copy.deepcopy(model).train(), device, channels_last=last) for precision in ("float32", "bf16")
    }
    optimizers = {precision: recipe.optimizer(gentle, twin) for precision, twin in models.items()}
    seconds: dict[str, list[float]] = {precision: [] for precision in models}
    losses: dict[str, list[float]] = {precision: [] for precision in models}
    for x, y in islice(cycle(batches), STEPS):
        for precision, twin in models.items():
            started = time.perf_counter()
            losses[precision].append(_step(twin, optimizers[precision], x, y, precision=precision))
            seconds[precision].append(time.perf_counter() - started)
    # The fastest step, not the median: on a busy machine others' work only ever adds, and medians were wrong half of the time.
    best = {precision: min(taken[1:]) for precision, taken in seconds.items()}
    exact, short = statistics.fmean(losses["float32"]), statistics.fmean(losses["bf16"])
    agrees = abs(short - exact) <= LOSSES_WITHIN * abs(exact)
    return "bf16" if best["float32"] >= max(WORTH_SECONDS, FASTER * best["bf16"]) and agrees else "float32"


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor, *, precision: str) -> float:
    optimizer.zero_grad(set_to_none=True)
    with recipe.autocast(x.device, precision):
        answers = model(x)
    loss = recipe.loss(answers, y, smoothing=0.0)
    loss.backward()
    optimizer.step()
    return loss.item()
