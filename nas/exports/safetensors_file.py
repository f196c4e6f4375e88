"""model.safetensors: the weights, with the genome and the data as metadata.

It is proved with the Python source of the network (`nas.exports.source`) in a clean process. A genome with an operation of
the user's own may have no source: then the network is built anew of the genome in the file.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save

from nas.errors import ExportError
from nas.exports.formats import Format, Written, formats
from nas.exports.proof import compared, proved
from nas.exports.source.page import IN_SAFETENSORS, MODULE, source
from nas.exports.source.words import writers
from nas.exports.subject import Subject, answers
from nas.genome import Genome
from nas.network import build

FILE = IN_SAFETENSORS.file
PACKAGES = ("torch", "safetensors")


def write(subject: Subject, folder: Path) -> Written:
    """Writes the state dict. Raises ExportError where the file, read again, computes something else."""
    if all(node.op.kind in writers for node in subject.genome.nodes if node.op.kind != "input"):
        with tempfile.TemporaryDirectory(prefix=".source-", dir=folder) as place:
            proof = write_with_source(subject, Path(place))
            (Path(place) / FILE).rename(folder / FILE)
    else:
        write_weights(subject, folder)
        proof = _built_again(subject, folder / FILE)
    return Written(FILE, proof, PACKAGES)


def write_with_source(subject: Subject, folder: Path) -> dict[str, Any]:
    """Writes model.py and model.safetensors; gives how they were proved together."""
    write_weights(subject, folder)
    text = source(subject.genome, subject.data, subject.metrics, weights=IN_SAFETENSORS)
    (folder / MODULE).write_text(text, encoding="utf-8")
    return proved(subject, folder / MODULE, script="runs_source", packages=PACKAGES, what=FILE)


def write_weights(subject: Subject, folder: Path) -> None:
    """Writes model.safetensors."""
    metadata = {
        "format": "pt",
        "schema": "nas.genome/1",
        "genome": json.dumps(subject.genome.to_dict()),
        "data": json.dumps(subject.data.to_dict()),
    }
    (folder / FILE).write_bytes(save(subject.weights(), metadata))


def _built_again(subject: Subject, path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
        network = build(Genome.from_dict(json.loads(file.metadata()["genome"])))
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ExportError(f"{FILE}: the weights do not fit the genome: {error}; it was not kept") from None
    got = answers(network.eval(), subject.evidence, subject.data)
    return {"read_again_with": "this toolkit"} | compared(subject, got, what=FILE)


formats.register("safetensors", Format(write))
