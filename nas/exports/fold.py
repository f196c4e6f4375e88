"""Batch normalisation folded into the convolution in front of it (Jacob et al. 2018, arXiv:1712.05877, section 3.2).

In use a batch norm is x * gain + shift in each channel, gain = weight / sqrt(running variance + eps); so is the convolution
with its weights times the gain, and the shift as its bias. A norm that reads something else than a convolution, or one
that others read too, stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nas.edit.draft import Draft, only_reader
from nas.exports.proof import compared
from nas.exports.subject import Subject, answers
from nas.genome import Genome, ops
from nas.network.build import build, state_name

_FOLDABLE = (ops.Conv2d, ops.ConvTranspose2d, ops.DeformConv2d)


@dataclass(frozen=True)
class Folded:
    """A subject without the norms that could be folded, and how many stay."""

    subject: Subject
    norms: int
    kept: int


def fold(subject: Subject) -> Folded:
    """The same function with fewer nodes; the evidence and what is expected of it stay.

    Raises ExportError where the folded network computes something else.
    """
    pairs = foldable(subject.genome)
    genome = without_norms(subject.genome, pairs)
    network = build(genome).eval().requires_grad_(False)
    network.load_state_dict(folded_weights(subject.genome, subject.weights(), pairs))
    compared(subject, answers(network, subject.evidence, subject.data), what="the folded network")
    norms = sum(isinstance(node.op, ops.BatchNorm2d) for node in subject.genome.nodes)
    return Folded(replace(subject, network=network, genome=genome), norms, norms - len(pairs))


def foldable(genome: Genome) -> dict[str, str]:
    """Norm -> the convolution that it alone reads."""
    readers = only_reader(genome)
    convolutions = [node.name for node in genome.nodes if isinstance(node.op, _FOLDABLE)]
    return {
        readers[name]: name for name in convolutions if name in readers and isinstance(genome[readers[name]].op, ops.BatchNorm2d)
    }


def without_norms(genome: Genome, pairs: dict[str, str]) -> Genome:
    """The genome whose convolutions have a bias in place of these norms."""
    draft = Draft(genome)
    for norm, convolution in pairs.items():
        op = genome[convolution].op
        assert isinstance(op, _FOLDABLE)
        draft.replace(convolution, replace(op, bias=True))
        draft.redirect(norm, convolution, readers=draft.readers(norm))
    return draft.genome()


def folded_weights(genome: Genome, weights: dict[str, Tensor], pairs: dict[str, str]) -> dict[str, Tensor]:
    """The state dict of `without_norms`, from that of the genome."""
    made = dict(weights)
    for norm, convolution in pairs.items():
        op = genome[norm].op
        assert isinstance(op, ops.BatchNorm2d)
        place = f"{state_name(norm)}."
        gain, shift = _affine({key.removeprefix(place): made.pop(key) for key in weights if key.startswith(place)}, op.eps)
        weight, bias = f"{state_name(convolution)}.weight", f"{state_name(convolution)}.bias"
        made[weight] = _scaled(weights[weight], gain, genome[convolution].op)
        made[bias] = (weights[bias].double() * gain + shift if bias in weights else shift).float()
    return made


def _affine(norm: dict[str, Tensor], eps: float) -> tuple[Tensor, Tensor]:
    """Gain and shift of each channel, float64, of a norm's part of the state dict."""
    gain = 1 / torch.sqrt(norm["running_var"].double() + eps)
    gain = gain * norm["weight"] if "weight" in norm else gain
    shift = -norm["running_mean"].double() * gain
    return gain, shift + norm["bias"] if "bias" in norm else shift


def _scaled(weight: Tensor, gain: Tensor, op: object) -> Tensor:
    """weight: (out, in / groups, *kernel), each output times its gain; transposed (in, out / groups, *kernel)."""
    if not isinstance(op, ops.ConvTranspose2d):
        return (weight.double() * gain[:, None, None, None]).float()
    grouped = weight.double().unflatten(0, (op.groups, -1)) * gain.view(op.groups, 1, -1, 1, 1)
    return grouped.flatten(0, 1).float()
