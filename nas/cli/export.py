"""nas export: a trained network in files that run without us."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from nas.cli.options import AllowCode, Json, RunFolder, TrialName
from nas.cli.show import note, print_json, table

_FORMATS = "genome,safetensors,onnx"
_ALL = "genome, safetensors, python, pt2, onnx, hub"


class Normalise(Enum):
    """What the ONNX graph takes, where it normalises by itself."""

    unit = "unit"
    uint8 = "uint8"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    run: RunFolder,
    trial: TrialName = "best",
    to: Annotated[str, typer.Option("--to", metavar="FORMATS", help=f"Of {_ALL}; joined by commas.")] = _FORMATS,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Left out: exports/TRIAL in the run's folder.")] = None,
    normalise: Annotated[
        Normalise | None,
        typer.Option("--normalise", help="Within the ONNX graph: it takes intensities 0..1 (unit) or pixels 0..255 (uint8)."),
    ] = None,
    fold: Annotated[bool, typer.Option("--fold", help="Fold batch norms into the convolutions in front of them.")] = False,
    int8: Annotated[bool, typer.Option("--int8", help="Also an ONNX file of 8-bit integers, with its accuracy beside.")] = False,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Write a trained network in forms that run without us.

    Each file is run in a clean process that has torch alone, or onnxruntime alone, and compared with the network on real
    images; one that differs is not kept.
    """
    import json as json_

    from nas import api
    from nas.study import Run

    found = Run.open(run, allow_code=allow_code)
    folder = api.export(
        found,
        found.trial(trial),
        to=[name.strip() for name in to.split(",") if name.strip()],
        out=out,
        normalise=None if normalise is None else normalise.value,
        fold=fold,
        int8=int8,
    )
    manifest = json_.loads((folder / "manifest.json").read_text())
    note(f"exported to {folder}")
    for line in _lines(manifest):
        note(line)
    if json:
        print_json(manifest)


def _lines(manifest: dict[str, Any]) -> Iterator[str]:
    """What was written and how it was proved."""
    folded = manifest["network"].get("folded")
    if folded:
        yield f"folded {folded['norms']} of {folded['of']} batch norms into convolutions"
    head = ["file", "bytes", "run by", "difference", "right answers"]
    yield table(head, [[name, f"{file['bytes']:,}", *_proof(file["check"])] for name, file in manifest["files"].items()])
    counted = [file["check"]["accuracy"] for file in manifest["files"].values() if "accuracy" in file["check"]]
    if counted and counted[0]["part"] == "validation":
        yield "counted on validation images: the test part is for a network that had its final training (nas train)"


def _proof(check: dict[str, Any]) -> list[str]:
    """Who ran the file, the largest difference of a logit, and how many answers were right."""
    if "with" in check:
        return [f"with {check['with']}", "", ""]
    by = check.get("read_again_with", "read again").partition(",")[0]
    difference = f"{check['largest_difference']:.1e}" if "largest_difference" in check else ""
    return [by, difference, _right(check["accuracy"]) if "accuracy" in check else ""]


def _right(accuracy: dict[str, Any]) -> str:
    """351 of 360, and how many more or fewer than the network has where it differs."""
    more = accuracy["right"] - accuracy["right_of_the_network"]
    differs = f", {abs(more)} {'more' if more > 0 else 'fewer'}" if more else ""
    return f"{accuracy['right']} of {accuracy['images']}{differs}"
