"""One training, epoch by epoch, whose state can be kept and taken up again bit for bit."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.data import Dataset
from nas.data.batches import Batches
from nas.evaluate import recipe
from nas.evaluate.context import Context
from nas.genome import Genome
from nas.network import build
from nas.seeds import derive
from nas.space.settings import TrainSettings


class Training:
    """A network, its optimiser and its data; `epochs_done` epochs are behind it.

    The order of the images, their augmentation and dropout depend only on the context's seed and the epoch's
    number, so an epoch needs nothing of the ones before but the weights and the optimiser's state. `start`: the
    weights to begin with; left out, they are drawn from the seed.
    """

    def __init__(
        self,
        genome: Genome,
        context: Context,
        settings: TrainSettings,
        dataset: Dataset,
        *,
        part: str,
        precision: str,
        start: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.context, self.settings, self.precision = context, settings, precision
        self.device = torch.device(context.device)
        self.channels_last = settings.channels_last is not False
        network = build(genome, seed=context.seed)
        if start is not None:
            network.load_state_dict(start)
        self.model = recipe.placed(network, self.device, channels_last=self.channels_last)
        self.optimizer = recipe.optimizer(settings, self.model)
        self.average = recipe.Average(self.model, decay=settings.ema) if settings.ema is not None else None
        self.dataset = dataset
        self.train = self.batches(part)
        self.history: list[dict[str, float]] = []
        self.seconds = 0.0

    @property
    def epochs_done(self) -> int:
        return len(self.history)

    @property
    def trained(self) -> nn.Module:
        """The network to measure and to keep: the average where there is one."""
        return self.average.model if self.average is not None else self.model

    def batches(self, part: str) -> Batches:
        return Batches(
            self.dataset,
            part,  # type: ignore[arg-type]
            batch=self.settings.batch,
            device=self.device,
            seed=self.context.seed,
            augment=self.settings.augment,
            channels_last=self.channels_last,
        )

    def epoch(self, measured: Batches | None) -> dict[str, float]:
        """Train the next epoch and measure on `measured`; the metrics, not yet checked, join the history."""
        started = time.perf_counter()
        number = self.epochs_done + 1
        with kernels(self.device, deterministic=self.settings.deterministic):
            with own_randomness(derive(self.context.seed, "dropout", number), self.device):
                metrics = {"train_loss": self._pass(number)}
            if measured is not None:
                metrics = {**self.measure(measured), **metrics}
        self.seconds += time.perf_counter() - started
        metrics["seconds"] = self.seconds
        self.history.append(metrics)
        return metrics

    def _pass(self, number: int) -> float:
        """One pass over the training images; gives back their mean loss."""
        self.model.train()
        steps = len(self.train)
        total, seen = torch.zeros((), device=self.device), 0
        for index, (x, y) in enumerate(self.train.epoch(number), start=(number - 1) * steps):
            if len(y) == 1 and self.settings.batch > 1 and steps > 1:
                continue  # one image has no batch statistics
            self.context.check_time()
            rate = recipe.learning_rate(self.settings, index, steps_per_epoch=steps, epochs=self.context.epochs)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.zero_grad(set_to_none=True)
            total += self._gradients(x, y) * len(y)
            seen += len(y)
            if self.settings.clip is not None:
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
            self.optimizer.step()
            if self.average is not None:
                self.average.update(index)
        return total.item() / seen

    def _gradients(self, x: Tensor, y: Tensor) -> Tensor:
        """Gradients of the mean loss of a batch, in as many parts as memory asks for; gives back the loss."""
        total = torch.zeros((), device=self.device)
        scale = self.context.batch_scale
        for part_x, part_y in zip(x.chunk(scale), y.chunk(scale), strict=True):
            with recipe.autocast(self.device, self.precision):
                answers = self.model(part_x)
            loss = recipe.loss(answers, part_y, smoothing=self.settings.label_smoothing)
            if scale > 1:
                loss = loss * (len(part_y) / len(y))
            loss.backward()
            total += loss.detach()
        return total

    @torch.no_grad()
    def measure(self, batches: Batches) -> dict[str, float]:
        """error (share misclassified), loss and accuracy over all images of `batches`."""
        model = self.trained.eval()
        wrong = torch.zeros((), dtype=torch.int64, device=self.device)
        loss = torch.zeros((), dtype=torch.float64, device=self.device)
        seen, scale = 0, self.context.batch_scale
        for x, y in batches.epoch(0):
            for part_x, part_y in zip(x.chunk(scale), y.chunk(scale), strict=True):
                with recipe.autocast(self.device, self.precision):
                    answers = model(part_x)
                answer = (answers if isinstance(answers, Tensor) else answers[0]).float()
                wrong += (answer.argmax(1) != part_y).sum()
                loss += F.cross_entropy(answer, part_y, reduction="sum")
            seen += len(y)
        error = wrong.item() / seen
        return {"error": error, "loss": loss.item() / seen, "accuracy": 1 - error}

    def state(self) -> dict[str, Any]:
        """All that the next epoch depends on."""
        return {
            "precision": self.precision,
            "history": self.history,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.model.state_dict() if self.average is not None else None,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.history, self.seconds = list(state["history"]), state["seconds"]
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None:
            self.average.model.load_state_dict(state["average"])


@contextmanager
def own_randomness(seed: int, device: torch.device) -> Iterator[None]:
    """The global generators, which dropout draws from, start from `seed`; afterwards they stand as before."""
    gpus = [device.index or 0] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        torch.default_generator.manual_seed(seed)
        for gpu in gpus:
            torch.cuda.default_generators[gpu].manual_seed(seed)
        yield


@contextmanager
def kernels(device: torch.device, *, deterministic: bool) -> Iterator[None]:
    """On a GPU the fastest kernels, or the deterministic ones, as a CPU's are; afterwards as before."""
    if device.type != "cuda":
        yield
        return
    before = torch.backends.cudnn.benchmark, torch.are_deterministic_algorithms_enabled()
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS refuses without it
    torch.backends.cudnn.benchmark = not deterministic
    torch.use_deterministic_algorithms(deterministic)
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before[0]
        torch.use_deterministic_algorithms(before[1])
