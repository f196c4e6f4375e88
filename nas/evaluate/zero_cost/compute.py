"""The scores of one genome: a fresh network for each, so that none depends on which others were asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from nas.errors import InputError, UnknownNameError, nearest
from nas.evaluate.context import NotANumber
from nas.evaluate.zero_cost.scores import BASELINES, scores
from nas.genome import Genome
from nas.genome.identity import reaching
from nas.seeds import derive

if TYPE_CHECKING:
    from torch import Tensor, fx


def known() -> list[str]:
    """The names that `score` takes."""
    return sorted([*scores.names(), *BASELINES])


def score(genome: Genome, names: Sequence[str], images: Tensor, labels: Tensor, seed: int) -> dict[str, float]:
    """Finite numbers by name; higher is better. Computed where the images are, on what leads to the first output.

    images: normalised, float32 (batch, *genome.input_shape), at least 2; labels: int64 (batch,). The weights depend on
    `seed` alone. Nothing global is changed: generators, gradients, autocast.
    Raises `UnknownNameError`, `InputError` for images that do not fit, `NotANumber` for a score that is not finite.
    """
    for name in names:
        if name not in known():
            raise UnknownNameError(f"'{name}' is not a known score{nearest(str(name), known())}")
    _check(genome, images, labels)
    alone = _of_prediction(genome)
    found = {}
    for name in names:
        value = float(getattr(genome, name)) if name in BASELINES else _one(alone, name, images, labels, seed)
        if not math.isfinite(value):
            raise NotANumber(f"{name} = {value}: the network's values leave the range of floating point numbers")
        found[name] = value
    return found


def _check(genome: Genome, images: Tensor, labels: Tensor) -> None:
    answer = genome.shapes[genome.outputs[0]]
    if len(answer) != 1:
        raise InputError(f"scores need a network that answers with classes, got one that answers {answer}")
    if len(images) < 2 or tuple(images.shape[1:]) != genome.input_shape:
        raise InputError(f"scores need at least 2 images of {genome.input_shape}, got {tuple(images.shape)}")
    if tuple(labels.shape) != (len(images),) or int(labels.min()) < 0 or int(labels.max()) >= genome.classes:
        raise InputError(
            f"scores need a label from 0 to {genome.classes - 1} for each of {len(images)} images, got "
            f"{tuple(labels.shape)} from {int(labels.min())} to {int(labels.max())}"
        )


def _of_prediction(genome: Genome) -> Genome:
    """Without what only auxiliary heads need."""
    if len(genome.outputs) == 1:
        return genome
    kept = reaching(genome.wires, genome.output_places()[:1])
    return Genome([genome.nodes[place] for place in kept], genome.outputs[:1])


def _one(genome: Genome, name: str, images: Tensor, labels: Tensor, seed: int) -> float:
    import torch  # on demand: whoever only lists the scores does not wait for torch

    from nas.evaluate.training import own_randomness
    from nas.network import build

    own, device = derive(seed, "zero-cost", name), images.device
    with (
        own_randomness(own, device),  # for a person's own operations; those that ship draw nothing here
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(device.type, enabled=False),
    ):
        network = cast("fx.GraphModule", build(genome, seed=seed).to(device))
        generator = torch.Generator().manual_seed(own)
        return float(scores.get(name)(network, images.detach().clone(), labels.clone(), generator))
