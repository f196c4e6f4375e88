"""What is exported, and the registry of the formats that it can be exported to."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nas.errors import ExportError, InputError
from nas.genome import Genome
from nas.registry import Registry

TOLERANCE = 1e-4  # of the largest prediction, or of 1 where that is smaller
BATCHES = (1, 2, 7)


@dataclass(frozen=True)
class ExportedData:
    """What a stranger must know of the images: intensities are scaled to 0..1, then (x - mean) / std by
    channel.

    shape: (channels, height, width); mean, std: one number a channel; classes: names in the order of the
    logits.
    """

    name: str
    shape: tuple[int, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        channels = self.shape[0]
        if not len(self.mean) == len(self.std) == channels:
            raise InputError(f"mean and std must have {channels} numbers, got {len(self.mean)} and {len(self.std)}")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; the numbers may have been numpy's."""
        return {
            "name": self.name,
            "shape": [int(size) for size in self.shape],
            "mean": [float(number) for number in self.mean],
            "std": [float(number) for number in self.std],
            "classes": list(self.classes),
        }


class Prediction(nn.Module):
    """A network's first output: auxiliary heads are not exported."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        """images: (batch, channels, height, width), normalised -> logits: (batch, classes)."""
        output = self.network(images)
        return output[0] if isinstance(output, tuple) else output


@dataclass(frozen=True, eq=False)
class Subject:
    """A network as it is exported: on the CPU, in float32, contiguous, in evaluation mode, apart from the
    original.

    samples: (n, channels, height, width), normalised, n >= 1; what the exported files are compared on. `metrics` are what
    was measured on the data, for files that tell it.
    """

    network: nn.Module
    genome: Genome
    data: ExportedData
    samples: Tensor
    metrics: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        module: nn.Module,
        genome: Genome,
        data: ExportedData,
        samples: Tensor,
        *,
        metrics: Mapping[str, float] | None = None,
    ) -> Subject:
        """A copy of `module` that is ready; `module` itself is left as it is.

        Raises InputError for samples that are no images of the genome, ExportError for a prediction that is
        not finite or has not one number (or one map, where it says each pixel's class) for each class.
        """
        shape = tuple(genome.input_shape)
        if samples.ndim != 4 or tuple(samples.shape[1:]) != shape or len(samples) == 0:
            wanted = ", ".join(map(str, shape))
            raise InputError(f"samples must have the shape (images, {wanted}), got {tuple(samples.shape)}")
        network = copy.deepcopy(module).to("cpu", torch.float32).eval().requires_grad_(False)
        network.to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue]  (torch's stub lacks it)
        ready = samples.detach().to("cpu", torch.float32, memory_format=torch.contiguous_format)
        subject = cls(network, genome, data, ready, dict(metrics or {}))
        logits = subject.predictions[1]
        if not all(torch.isfinite(each).all() for each in subject.predictions.values()):
            raise ExportError("the network's prediction is not finite; nothing was exported")
        if logits.shape[:2] != (1, len(data.classes)):
            raise ExportError(f"a prediction must have {len(data.classes)} classes, got the shape {tuple(logits.shape)}")
        return subject

    def images(self, batch: int) -> Tensor:
        """(batch, channels, height, width): samples, from the first on again where there are too few."""
        return self.samples[torch.arange(batch) % len(self.samples)]

    @cached_property
    def predictions(self) -> dict[int, Tensor]:
        """What the network computes for `images(batch)`, at each batch size that formats are compared at."""
        return {batch: self.prediction(batch) for batch in BATCHES}

    def prediction(self, batch: int) -> Tensor:
        """What the network computes for `images(batch)`."""
        with torch.no_grad():
            return Prediction(self.network).eval()(self.images(batch))

    def largest_difference(self, compute: Callable[[Tensor], Tensor], *, what: str, batches: Sequence[int] = BATCHES) -> float:
        """The largest difference between `compute` and the network at each of the batch sizes.

        compute: images (batch, channels, height, width) -> logits (batch, classes). Raises ExportError where
        it is above the tolerance; `what` names the exported file.
        """
        largest = 0.0
        for batch in batches:
            expected = self.predictions[batch] if batch in BATCHES else self.prediction(batch)
            got = compute(self.images(batch))
            if got.shape != expected.shape:
                shapes = f"must have the shape {tuple(expected.shape)}, got {tuple(got.shape)}"
                raise ExportError(f"{what}: for a batch of {batch} the logits {shapes}; it was not kept")
            difference = float((got - expected).abs().max())
            allowed = TOLERANCE * max(1.0, float(expected.abs().max()))
            if not difference <= allowed:  # also where it is not a number
                raise ExportError(
                    f"{what}: for a batch of {batch} it computes something else than the network: "
                    f"they differ by {difference:.3g}, above {allowed:.3g}; it was not kept"
                )
            largest = max(largest, difference)
        return largest


@dataclass(frozen=True)
class Written:
    """A file that was written into the folder, and how it was proved; goes into the manifest."""

    file: str
    check: Mapping[str, Any] = field(default_factory=dict)
    packages: tuple[str, ...] = ()  # whose versions matter to the file
    beside: tuple[str, ...] = ()  # files that it needs, proved with it


Format = Callable[[Subject, Path], Written]
"""Writes one file into a folder and proves it; leaves nothing there when it raises."""

formats: Registry[Format] = Registry("export format")
