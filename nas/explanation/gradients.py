"""How much gradient comes to the image along paths of each length, and along which of them a network learns.

Veit et al. 2016, arXiv:1605.06431, section 5 (figure 6): a batch goes forward through the whole network, in training mode;
the gradient comes back along one path, through the blocks that were drawn and along the line of all others. The number of
paths of a length times the gradient that one of them brings is the effective distribution. Lengths are counted in blocks.
Here the images are those of validation, and the gradient is of the sum of their losses: the mean of its norm over images.
"""

from __future__ import annotations

import itertools
import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.evaluate.training import own_randomness
from nas.explanation.lesion import spread
from nas.explanation.probes import probed_inputs
from nas.explanation.routes import Choices, Routes
from nas.explanation.subject import Subject, prediction
from nas.network.build import state_name

MEASURED = 30  # lengths; of a longer network's the others are interpolated
MIDDLE = 0.95  # the share of the gradient that the summary speaks of


@dataclass(frozen=True)
class Length:
    """The paths through so many blocks: how many, the share of all, the gradient of one, and the share of all gradient."""

    blocks: int
    number: int
    share: float
    gradient: float
    deviation: float | None  # over the paths that were drawn; None: the gradient is interpolated
    gradient_share: float


@dataclass(frozen=True)
class Middle:
    """Paths of which lengths bring the middle 95 % of the gradient, and which share of all paths they are."""

    shortest: int
    longest: int
    share: float


class _Held(torch.autograd.Function):
    """x as it is; its gradient comes back only where the gate is open."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gate: Gate) -> Tensor:
        ctx.gate = gate
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, None]:
        return gradients[0] if ctx.gate.open else None, None


class Gate:
    """A hook on a probe: whether a gradient comes back through it."""

    def __init__(self) -> None:
        self.open = False

    def __call__(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return _Held.apply(output, self)  # pyright: ignore[reportReturnType]


class Gated:
    """A network whose gradients come back along one path at a time; it stands in training mode."""

    def __init__(self, subject: Subject, routes: Routes) -> None:
        genome, probes = probed_inputs(subject.genome, routes.joins)
        self.network = subject.network(genome).train()
        self.gates: dict[tuple[str, int], Gate] = {}
        for at, probe in probes.items():
            self.gates[at] = Gate()
            self.network.get_submodule(state_name(probe)).register_forward_hook(self.gates[at])

    def gradients(self, x: Tensor, y: Tensor, paths: Sequence[Choices]) -> list[Tensor]:
        """For each path the gradient of the summed losses, shaped as x: (batch, channels, height, width)."""
        x = x.clone().requires_grad_()
        loss = F.cross_entropy(prediction(self.network, x), y, reduction="sum")
        return [self._along(path, loss, x) for path in paths]

    def _along(self, path: Choices, loss: Tensor, x: Tensor) -> Tensor:
        for (join, place), gate in self.gates.items():
            gate.open = path.get(join) == place
        (gradient,) = torch.autograd.grad(loss, x, retain_graph=True)
        return gradient


def by_length(subject: Subject, routes: Routes, *, draws: int, seed: int) -> list[Length]:
    """The paths of each length, with the mean gradient of `draws` of them, each on one of the batches in turn."""
    numbers, gated, chance = routes.numbers, Gated(subject, routes), random.Random(seed)
    lengths = sorted(numbers)
    measured = [lengths[place - 1] for place in spread(len(lengths), MEASURED)]
    norms: dict[int, list[float]] = {length: [] for length in measured}
    rounds: dict[int, list[int]] = {}  # the lengths that are measured on each batch
    for at, length in enumerate(itertools.chain.from_iterable(measured for _ in range(draws))):
        rounds.setdefault(at // len(measured) % len(subject.batches), []).append(length)
    with own_randomness(seed, subject.device):
        for batch, drawn in rounds.items():
            x, y = subject.batches[batch]
            paths = [routes.draw(length, chance) for length in drawn]
            for length, gradient in zip(drawn, gated.gradients(x, y, paths), strict=True):
                norms[length].append(float(gradient.flatten(1).norm(dim=1).mean()))
    return effective(numbers, norms)


def effective(numbers: Mapping[int, int], norms: Mapping[int, Sequence[float]]) -> list[Length]:
    """Number of paths x mean gradient of one, as shares, from the gradients that were measured at some lengths."""
    total, known = sum(numbers.values()), sorted(norms)
    logs = [math.log(max(statistics.fmean(norms[length]), 1e-300)) for length in known]
    gradients = {
        length: statistics.fmean(norms[length]) if length in norms else math.exp(np.interp(length, known, logs))
        for length in numbers
    }
    shares = {length: number / total for length, number in numbers.items()}
    whole = sum(shares[length] * gradients[length] for length in numbers)
    return [
        Length(
            length,
            number,
            shares[length],
            gradients[length],
            statistics.pstdev(norms[length]) if length in norms else None,
            shares[length] * gradients[length] / whole if whole else 0.0,
        )
        for length, number in numbers.items()
    ]


def middle(lengths: Sequence[Length]) -> Middle | None:
    """The lengths of the paths that bring the middle of the gradient; None where there is no gradient."""
    tail, before = (1 - MIDDLE) / 2, 0.0
    inside = []
    for length in lengths:
        if before + length.gradient_share > tail and before < 1 - tail:
            inside.append(length)
        before += length.gradient_share
    return Middle(inside[0].blocks, inside[-1].blocks, sum(each.share for each in inside)) if before else None
