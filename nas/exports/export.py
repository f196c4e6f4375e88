"""Writes a trained network in several formats and a manifest that says how each was proved."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from nas.errors import InputError
from nas.exports import int8_file
from nas.exports.evidence import Evidence
from nas.exports.fold import fold
from nas.exports.folder import MANIFEST, SCHEMA, replaced
from nas.exports.formats import Format, Written
from nas.exports.formats import formats as registry
from nas.exports.subject import ExportedData, Options, Subject
from nas.genome import Genome
from nas.versions import installed


def export_model(
    module: nn.Module,
    genome: Genome,
    folder: Path,
    *,
    formats: Sequence[str],
    data: ExportedData,
    evidence: Evidence,
    metrics: Mapping[str, float],
    provenance: Mapping[str, Any],
    options: Options | None = None,
) -> dict[str, Any]:
    """Write `module` into `folder`, all formats or none, and give back the manifest.

    `evidence` is what each file is compared on. `provenance` is plain JSON data. Raises UnknownNameError for an unknown format,
    MissingExtraError for a package that one needs, InputError for a folder that holds other files or options that fit no
    format, ExportError for an operation that a format cannot express, and where a file does not compute what `module`
    computes.
    """
    options = options or Options()
    writers = _checked(formats, options, genome)
    with replaced(folder) as partial:
        subject = Subject.of(module, genome, data, evidence, options=options, metrics=metrics)
        network = _network(genome, data)
        if options.fold:
            folded = fold(subject)
            subject = folded.subject
            network["folded"] = {"norms": folded.norms - folded.kept, "of": folded.norms, "params": subject.genome.params}
        written = {name: each.write(subject, partial) for name, each in writers.items()}
        if options.int8:
            written["int8"] = int8_file.write(subject, partial)
        manifest = {
            "schema": SCHEMA,
            "files": {
                file: _file(name, file, each, partial) for name, each in written.items() for file in (each.file, *each.beside)
            },
            "network": network,
            "data": {**data.to_dict(), "normalisation": "(intensity in 0..1 - mean) / std, for each channel"},
            "metrics": dict(metrics),
            "provenance": dict(provenance),
            "versions": _versions(package for each in written.values() for package in each.packages),
        }
        text = json.dumps(manifest, indent=2, allow_nan=False, ensure_ascii=False)
        (partial / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def _checked(names: Sequence[str], options: Options, genome: Genome) -> dict[str, Format]:
    """The formats of these names, all of which can be written."""
    chosen = {name: registry.get(name) for name in names}
    if not chosen:
        raise InputError(f"an export needs at least one format of: {', '.join(registry.names())}")
    for wanted, option in ((options.int8, "int8"), (options.takes != "normalised", "normalise")):
        if wanted and "onnx" not in chosen:
            raise InputError(f"{option} is of the ONNX graph, and the formats are {', '.join(chosen)}; add onnx to them")
    for each in chosen.values():
        each.check(genome)
    return chosen


def _network(genome: Genome, data: ExportedData) -> dict[str, Any]:
    """What the network is, as it was trained."""
    return {
        "fingerprint": genome.fingerprint,
        "params": genome.params,
        "auxiliary_params": genome.auxiliary_params,  # of heads that the weights hold and predictions leave out
        "macs": genome.macs,
        "depth": genome.depth,
        "input": {"name": "images", "type": "float32", "shape": ["batch", *genome.input_shape]},
        "output": {"name": "logits", "type": "float32", "shape": ["batch", len(data.classes)]},
    }


def _file(name: str, file: str, written: Written, folder: Path) -> dict[str, Any]:
    content = (folder / file).read_bytes()
    check = dict(written.check) if file == written.file else {"with": written.file}
    return {"format": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "check": check}


def _versions(packages: Iterable[str]) -> dict[str, str]:
    return {"python": platform.python_version(), **installed(sorted({"deepwide", *packages}))}
