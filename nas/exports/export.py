"""Writes a trained network in several formats and a manifest that says how each was proved."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from nas.errors import InputError
from nas.exports.folder import MANIFEST, SCHEMA, replaced
from nas.exports.subject import ExportedData, Subject, Written
from nas.exports.subject import formats as registry
from nas.genome import Genome


def export_model(
    module: nn.Module,
    genome: Genome,
    folder: Path,
    *,
    formats: Sequence[str],
    data: ExportedData,
    metrics: Mapping[str, float],
    provenance: Mapping[str, Any],
    samples: Tensor,
) -> dict[str, Any]:
    """Write `module` into `folder`, all formats or none, and give back the manifest.

    samples: (n, channels, height, width), normalised; what each file is compared on. `provenance` is plain
    JSON data. Raises UnknownNameError for an unknown format, MissingExtraError for a package that one needs,
    InputError for a folder that holds other files, ExportError where a file does not compute what `module`
    computes.
    """
    writers = {name: registry.get(name) for name in formats}
    if not writers:
        raise InputError(f"an export needs at least one format of: {', '.join(registry.names())}")
    with replaced(folder) as partial:
        subject = Subject.of(module, genome, data, samples, metrics=metrics)
        written = {name: write(subject, partial) for name, write in writers.items()}
        manifest = {
            "schema": SCHEMA,
            "files": {
                file: _file(name, partial / file, each) for name, each in written.items() for file in (each.file, *each.beside)
            },
            "network": {
                "fingerprint": genome.fingerprint,
                "params": genome.params,
                "auxiliary_params": genome.auxiliary_params,  # of heads that the weights hold and predictions leave out
                "macs": genome.macs,
                "depth": genome.depth,
                "input": {"name": "images", "type": "float32", "shape": ["batch", *genome.input_shape]},
                "output": {"name": "logits", "type": "float32", "shape": ["batch", len(data.classes)]},
            },
            "data": {**data.to_dict(), "normalisation": "(intensity in 0..1 - mean) / std, for each channel"},
            "metrics": dict(metrics),
            "provenance": dict(provenance),
            "versions": _versions(package for each in written.values() for package in each.packages),
        }
        text = json.dumps(manifest, indent=2, allow_nan=False, ensure_ascii=False)
        (partial / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def _file(name: str, path: Path, written: Written) -> dict[str, Any]:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return {"format": name, "bytes": len(content), "sha256": digest, "check": dict(written.check)}


def _versions(packages: Iterable[str]) -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in sorted({"deepwide", *packages}):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"  # a checkout on the path
    return versions
