"""Writes model.py and weights.pt, and has them prove themselves before they are kept.

The weights are in torch's own format, read with `weights_only`, because then torch alone is enough to use them: no package
to install beside it, and a file that cannot run code.
"""

from __future__ import annotations

import io
from pathlib import Path

import torch

from nas.exports.formats import Format, Written, formats
from nas.exports.proof import proved
from nas.exports.source.page import IN_TORCHS_FORMAT, MODULE, source
from nas.exports.source.scopes import outline
from nas.exports.subject import Subject
from nas.genome import Genome


def check(genome: Genome) -> None:
    """Raises ExportError for an operation without a torch source; the text names the node."""
    outline(genome)


def write(subject: Subject, folder: Path) -> Written:
    """Writes both files. Raises ExportError where a process that has torch alone does not compute from them what the network
    computes.
    """
    text = source(subject.genome, subject.data, subject.metrics)
    (folder / MODULE).write_text(text, encoding="utf-8")
    weights = io.BytesIO()  # of a full disk torch says nothing that a person would understand
    torch.save(subject.weights(), weights)
    (folder / IN_TORCHS_FORMAT.file).write_bytes(weights.getbuffer())
    proof = proved(subject, folder / MODULE, script="runs_source", packages=("torch",), what=MODULE)
    return Written(MODULE, proof, ("torch",), beside=(IN_TORCHS_FORMAT.file,))


formats.register("python", Format(write, check))
