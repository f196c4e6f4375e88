"""Trained weights as a safetensors file that says which genome and which normalisation they belong to."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn

from nas.data import Dataset
from nas.errors import RunError
from nas.evaluate.checkpoint import write_whole
from nas.genome import Genome

FORMAT = "nas.weights/1"
FILE = "weights.safetensors"


def save_weights(model: nn.Module, genome: Genome, dataset: Dataset, *, folder: Path) -> Path:
    """Write `weights.safetensors` into `folder`, all or nothing: float32, contiguous, on the CPU.

    Its metadata: format, the genome's fingerprint, and as JSON the shape of an image, mean and std of the
    pixels scaled to 0..1, and the names of the classes.
    """
    from safetensors.torch import save  # on demand: only a trial that finishes needs it

    tensors = {
        name: (tensor.float() if tensor.is_floating_point() else tensor).detach().cpu().contiguous().clone()
        for name, tensor in model.state_dict().items()
    }
    metadata = {
        "format": FORMAT,
        "fingerprint": genome.fingerprint,
        "shape": json.dumps(list(dataset.info.shape)),
        "mean": json.dumps(dataset.mean.tolist()),
        "std": json.dumps(dataset.std.tolist()),
        "classes": json.dumps(list(dataset.info.classes)),
    }
    write_whole(folder / FILE, [save(tensors, metadata)])
    return folder / FILE


def load_weights(model: nn.Module, genome: Genome, path: Path) -> nn.Module:
    """Put the weights of a file that `save_weights` wrote into the network of the same genome."""
    model.load_state_dict(read_weights(genome, path))
    return model


def read_weights(genome: Genome, path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a file that `save_weights` wrote for this genome, by name, on the CPU.

    Raises `RunError` for a file that is missing or of another genome, `SafetensorError` for one that is torn.
    """
    from safetensors import safe_open

    if not path.is_file():
        raise RunError(f"{path}: must hold the weights of genome {genome.fingerprint}, and there is no such file")
    with safe_open(path, framework="pt") as file:
        got = (file.metadata() or {}).get("fingerprint", "no genome's")
        if got != genome.fingerprint:
            raise RunError(f"{path}: must hold the weights of genome {genome.fingerprint}, got {got}")
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
