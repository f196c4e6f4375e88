"""A small network with trained-looking statistics, and its images."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nas.exports import Evidence, ExportedData, Options, Subject, export_model
from nas.genome import Genome, Node, ops
from nas.network import build

sys.path.insert(0, str(Path(__file__).parent))

from made_up_images import evidence

DATA = ExportedData("made-up", (2, 6, 6), (0.5, 0.25), (0.2, 0.1), ("ant", "bee", "cat"))


@dataclass(frozen=True)
class Trained:
    module: nn.Module
    genome: Genome
    evidence: Evidence

    def export(
        self, folder: Path, *formats: str, module: nn.Module | None = None, options: Options | None = None
    ) -> dict[str, Any]:
        return export_model(
            self.module if module is None else module,
            self.genome,
            folder,
            formats=formats,
            data=DATA,
            evidence=self.evidence,
            metrics={"error": 0.25},
            provenance={"run": "results/first", "trial": 3},
            options=options,
        )

    def subject(self, options: Options | None = None) -> Subject:
        return Subject.of(self.module, self.genome, DATA, self.evidence, options=options, metrics={"error": 0.25})

    @property
    def images(self) -> Tensor:
        """The test images, normalised by hand."""
        mean, std = torch.tensor([0.5, 0.25]), torch.tensor([0.2, 0.1])
        return (torch.from_numpy(self.evidence.pixels) / 255 - mean[:, None, None]) / std[:, None, None]

    @property
    def logits(self) -> Tensor:
        """What the network answers to them."""
        with torch.no_grad():
            return self.module.eval()(self.images)[0]


@pytest.fixture
def trained() -> Trained:
    genome = Genome(
        [
            Node("images", ops.Input(shape=(2, 6, 6)), ()),
            Node("stem/conv", ops.Conv2d(out_channels=4), ("images",)),
            Node("stem/norm", ops.BatchNorm2d(), ("stem/conv",)),
            Node("stem/relu", ops.Activation(function="relu"), ("stem/norm",)),
            Node("block/conv", ops.Conv2d(out_channels=4), ("stem/relu",)),
            Node("block/add", ops.Add(), ("block/conv", "stem/relu")),
            Node("head/pool", ops.GlobalAvgPool2d(), ("block/add",)),
            Node("head/flat", ops.Flatten(), ("head/pool",)),
            Node("head/linear", ops.Linear(out_features=3), ("head/flat",)),
            Node("prediction", ops.Output(), ("head/linear",)),
            Node("side/flat", ops.Flatten(), ("stem/relu",)),
            Node("side/linear", ops.Linear(out_features=3), ("side/flat",)),
            Node("auxiliary", ops.Output(), ("side/linear",)),
        ],
        outputs=["prediction", "auxiliary"],
    )
    module = build(genome, seed=3)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for _ in range(20):  # the running statistics of a network in use are not those of a fresh one
            module(torch.randn(8, 2, 6, 6, generator=generator) * 3 + 1)
    module.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    return Trained(module, genome, evidence((2, 6, 6), classes=3))
