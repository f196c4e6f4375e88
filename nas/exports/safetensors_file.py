"""model.safetensors: the weights, with the genome as metadata, loaded again into a network built of it."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save

from nas.errors import ExportError
from nas.exports.subject import TOLERANCE, Prediction, Subject, Written, formats
from nas.genome import Genome
from nas.network import build

FILE = "model.safetensors"


def write(subject: Subject, folder: Path) -> Written:
    """Writes the state dict. Raises ExportError where the file, read again, computes something else."""
    weights = {name: tensor.contiguous().clone() for name, tensor in subject.network.state_dict().items()}
    metadata = {
        "format": "pt",
        "schema": "nas.genome/1",
        "genome": json.dumps(subject.genome.to_dict()),
        "data": json.dumps(subject.data.to_dict()),
    }
    partial = folder / f".{FILE}.partial"
    try:
        partial.write_bytes(save(weights, metadata))
        difference = _difference(subject, partial)
        partial.rename(folder / FILE)
    finally:
        partial.unlink(missing_ok=True)
    check = {"read_again_with": "torch", "largest_difference": difference, "tolerance": TOLERANCE}
    return Written(FILE, check, ("torch", "safetensors"))


def _difference(subject: Subject, path: Path) -> float:
    with safe_open(path, framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
        network = build(Genome.from_dict(json.loads(file.metadata()["genome"])))
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ExportError(f"{FILE}: the weights do not fit the genome: {error}; it was not kept") from None
    predict = Prediction(network).eval()
    with torch.no_grad():
        return subject.largest_difference(predict, what=FILE)


formats.register("safetensors", write)
