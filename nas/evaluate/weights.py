"""Trained weights as a safetensors file that says which genome and which normalisation they belong to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from torch import nn

from nas.data import Dataset
from nas.errors import RunError
from nas.genome import Genome
from nas.storage import Storage, TooLarge, read_file

FORMAT = "nas.weights/1"
FILE = "weights.safetensors"
BYTES_EACH, BYTES_BESIDE = 16, 1 << 26  # at most, of a file: for each learnable number, and for all else
_BLANK = "0" * 40  # in the place of the digest, while it is taken


def save_weights(model: nn.Module, genome: Genome, dataset: Dataset, *, storage: Storage) -> None:
    """Write `weights.safetensors` into `storage`, all or nothing: float32, contiguous, on the CPU.

    Its metadata: format, the genome's fingerprint, as JSON the shape of an image, mean and std of the
    pixels scaled to 0..1, and the names of the classes, and a digest of all that the file holds beside it.
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
        "digest": _BLANK,
    }
    content = save(tensors, metadata)
    place = _place(content, _BLANK)
    storage.write(FILE, [content[:place], _digest(content, place).encode(), content[place + len(_BLANK) :]])


def load_weights(model: nn.Module, genome: Genome, where: str | Path) -> nn.Module:
    """Put the weights of a file that `save_weights` wrote into the network of the same genome."""
    model.load_state_dict(read_weights(genome, where))
    return model


def read_weights(genome: Genome, where: str | Path) -> dict[str, torch.Tensor]:
    """The tensors of a file (a path or URL) that `save_weights` wrote for this genome, by name, on the CPU.

    Raises `RunError` for a file that is missing, damaged, or of another genome.
    """
    from safetensors.torch import load

    try:
        content = read_file(where, most=most_bytes(genome))
    except FileNotFoundError:
        raise RunError(f"{where}: must hold the weights of genome {genome.fingerprint}, and there is no such file") from None
    except TooLarge as error:
        raise RunError(f"{error}: it must hold the weights of genome {genome.fingerprint}") from None
    metadata = _checked(content, where)
    got = metadata.get("fingerprint", "no genome's")
    if got != genome.fingerprint:
        raise RunError(f"{where}: must hold the weights of genome {genome.fingerprint}, got {got}")
    return load(content)


def most_bytes(genome: Genome) -> int:
    """What a file of its weights has at most: they are float32, and running statistics are no more than they."""
    return BYTES_EACH * (genome.params + genome.auxiliary_params) + BYTES_BESIDE


def _checked(content: bytes, where: str | Path) -> dict[str, str]:
    """The metadata of a file that is as it was written."""
    try:
        size = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + size])["__metadata__"]
        whole = _digest(content, _place(content, metadata["digest"])) == metadata["digest"]
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise RunError(
            f"{where} is damaged: its checksum does not agree; restore it from a copy, or train anew: nas train RUN TRIAL"
        )
    return metadata


def _place(content: bytes, digest: str) -> int:
    """Where the digest stands in a file."""
    return content.index(f'"digest":"{digest}"'.encode()) + len('"digest":"')


def _digest(content: bytes, place: int) -> str:
    """Of all bytes but those of the digest itself."""
    found = hashlib.blake2b(memoryview(content)[:place], digest_size=len(_BLANK) // 2)
    found.update(memoryview(content)[place + len(_BLANK) :])
    return found.hexdigest()
