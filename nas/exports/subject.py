"""What is exported: a trained network, what it answers to real images, and how it is to be changed on its way out."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from nas.errors import ExportError, InputError
from nas.exports.alone import AT_ONCE
from nas.exports.evidence import Evidence
from nas.genome import Genome

Takes = Literal["normalised", "unit", "uint8"]


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


@dataclass(frozen=True)
class Options:
    """What is changed on the way out.

    takes: what the ONNX graph is given; other than "normalised" it normalises by itself, from intensities in 0..1 ("unit")
    or from pixels ("uint8"). fold: batch norms become part of the convolutions in front of them. int8: a second ONNX file,
    of integers.
    """

    takes: Takes = "normalised"
    fold: bool = False
    int8: bool = False


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

    expected: what the original answers to each of `Evidence.questions`, float32. seconds: how long that took. `metrics` are
    what was measured on the data, for files that tell it.
    """

    network: nn.Module
    genome: Genome
    data: ExportedData
    evidence: Evidence
    options: Options
    expected: Mapping[str, np.ndarray]
    seconds: float
    metrics: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        module: nn.Module,
        genome: Genome,
        data: ExportedData,
        evidence: Evidence,
        *,
        options: Options | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Subject:
        """A copy of `module` that is ready; `module` itself is left as it is.

        Raises InputError for evidence that is no images of the genome, ExportError for a prediction that is
        not finite or has not one number (or one map, where it says each pixel's class) for each class.
        """
        evidence.check(genome.input_shape)
        network = copy.deepcopy(module).to("cpu", torch.float32).eval().requires_grad_(False)
        network.to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue]  (torch's stub lacks it)
        started = time.monotonic()
        expected = answers(network, evidence, data)
        if not all(np.isfinite(each).all() for each in expected.values()):
            raise ExportError("the network's prediction is not finite; nothing was exported")
        logits = expected["batch1"]
        if logits.shape[:2] != (1, len(data.classes)):
            raise ExportError(f"a prediction must have {len(data.classes)} classes, got the shape {tuple(logits.shape)}")
        seconds = time.monotonic() - started
        return cls(network, genome, data, evidence, options or Options(), expected, seconds, dict(metrics or {}))

    def weights(self) -> dict[str, Tensor]:
        """The state dict, each tensor in memory of its own."""
        return {name: tensor.contiguous().clone() for name, tensor in self.network.state_dict().items()}


def example(genome: Genome) -> Tensor:
    """(2, channels, height, width): what a graph is traced with, and may be found in a file; no image of anybody's."""
    return torch.zeros(2, *genome.input_shape)  # a batch of 1 would be taken for a constant


def answers(network: nn.Module, evidence: Evidence, data: ExportedData) -> dict[str, np.ndarray]:
    """The network's first output, float32 (images, classes, ...), to each question of the evidence."""
    mean, std = (torch.tensor(each, dtype=torch.float32)[:, None, None] for each in (data.mean, data.std))
    predict = Prediction(network).eval()
    found: dict[str, np.ndarray] = {}
    with torch.inference_mode():
        for name, pixels in evidence.questions().items():
            batches = [np.array(pixels[start : start + AT_ONCE]) for start in range(0, len(pixels), AT_ONCE)]
            found[name] = np.concatenate([predict((torch.from_numpy(each) / 255 - mean) / std).numpy() for each in batches])
    return found
