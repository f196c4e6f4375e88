"""model.pt2: the network as a program of torch.export, which torch loads and runs without its source.

It takes normalised images, float32 (batch, channels, height, width), in batches of any size, and gives logits. How to
normalise, and the classes' names, stand in the archive's extra file about.json. The form of the archive is torch's own and
may change with its version; safetensors with a source outlives it.
"""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn
from torch.export import ExportedProgram

from nas.errors import ExportError
from nas.exports.expressible import Lines, any_batch, check_own, first_line
from nas.exports.formats import Format, Written, formats
from nas.exports.proof import proved
from nas.exports.subject import Prediction, Subject, example
from nas.genome import Genome

FILE = "model.pt2"
_TRACES = ("stack_trace", "nn_module_stack", "source_fn_stack", "torch_fn", "from_node")


def write(subject: Subject, folder: Path) -> Written:
    """Writes model.pt2. Raises ExportError for a network that torch cannot trace, and where torch alone computes something else
    from it.
    """
    with quiet():
        try:
            traced = program(Prediction(subject.network).eval(), (example(subject.genome),))
        except Exception as error:  # whatever torch raises, the user learns that this network cannot be exported
            raise ExportError(f"{FILE}: torch cannot export this network: {first_line(error)}") from error
        about = {**subject.data.to_dict(), "genome": subject.genome.to_dict()}
        archive = io.BytesIO()  # torch ends the process where a disk is full
        torch.export.save(traced, archive, extra_files={"about.json": json.dumps(about)})
    (folder / FILE).write_bytes(archive.getbuffer())
    proof = proved(subject, folder / FILE, script="runs_pt2", packages=("torch",), what=FILE)
    return Written(FILE, proof, ("torch",))


def program(module: nn.Module, images: Lines) -> ExportedProgram:
    """The module as a program for batches of any size, without notes that quote source code and the paths of this machine."""
    traced = torch.export.export(module, images, dynamic_shapes=any_batch(images))
    for node in traced.graph.nodes:
        for key in _TRACES:
            node.meta.pop(key, None)
    return traced


def check(genome: Genome) -> None:
    """Raises ExportError for an operation that torch cannot trace; the text names the node."""
    with quiet():
        check_own(genome, "pt2", program)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without warnings, which are of torch's own making."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


formats.register("pt2", Format(write, check))
