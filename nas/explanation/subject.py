"""The network that is explained: its genome, its trained weights, and the images that it is measured on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from nas.data import Dataset
from nas.data.batches import Batches
from nas.genome import Genome
from nas.network import build
from nas.network.build import state_name

BATCH = 64

State = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Subject:
    """A trained network, and normalised images of it: batches of (batch, channels, height, width) and (batch,)."""

    genome: Genome
    state: State
    batches: tuple[tuple[Tensor, Tensor], ...]

    @classmethod
    def of(cls, genome: Genome, state: State, dataset: Dataset, *, images: int, device: torch.device, seed: int) -> Subject:
        """The network with `images` of the validation part, taken evenly from it and mixed; all where there are fewer."""
        part = dataset.validation
        chosen = part[np.linspace(0, len(part) - 1, min(images, len(part))).round().astype(int)].tolist()
        random.Random(seed).shuffle(chosen)  # a batch of one class would have its own statistics
        few = replace(dataset, validation=np.array(chosen))
        batches = Batches(few, "validation", batch=BATCH, device=device, seed=0)
        return cls(genome, {name: tensor.to(device) for name, tensor in state.items()}, tuple(batches.epoch(1)))

    @property
    def images(self) -> int:
        return sum(len(labels) for _, labels in self.batches)

    @property
    def device(self) -> torch.device:
        return self.batches[0][0].device

    def network(self, genome: Genome) -> nn.Module:
        """The network of an edited genome, in evaluation mode; it takes what it needs from the weights."""
        made = build(genome).to(self.device)
        made.load_state_dict({name: self.state[name] for name in made.state_dict()})
        return made.eval()

    def error(self, genome: Genome | None = None) -> float:
        """The share of the images that the network, or that of an edited genome, takes for another class."""
        return self._measured(self.network(self.genome if genome is None else genome))

    def error_with(self, state: State) -> float:
        """The same with other weights in the network as it is."""
        self._as_it_is.load_state_dict(state)
        return self._measured(self._as_it_is)

    @cached_property
    def _as_it_is(self) -> nn.Module:
        return self.network(self.genome)

    @torch.no_grad()
    def _measured(self, network: nn.Module) -> float:
        wrong = sum(int((prediction(network, x).argmax(1) != y).sum()) for x, y in self.batches)
        return wrong / self.images


def prediction(network: nn.Module, x: Tensor) -> Tensor:
    """The first answer: (batch, classes). Auxiliary heads say nothing here."""
    answers = network(x)
    return answers if isinstance(answers, Tensor) else answers[0]


def weights_of(state: State, node: str) -> list[str]:
    """The keys of a node's weights and statistics, in an order that is the same for all nodes of one operation."""
    prefix = f"{state_name(node)}."
    return sorted(key for key in state if key.startswith(prefix))
