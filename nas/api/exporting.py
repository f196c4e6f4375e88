"""A trained network of a run in files that run without this toolkit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nas import data
from nas.errors import DataError, RunError
from nas.prepare import placed

if TYPE_CHECKING:
    from nas.exports import Evidence
    from nas.study import Run, Trial

FORMATS = ("genome", "safetensors", "onnx")


def export(
    run: Run,
    trial: Trial,
    *,
    to: Sequence[str] = FORMATS,
    out: str | Path | None = None,
    normalise: Literal["unit", "uint8"] | None = None,
    fold: bool = False,
    int8: bool = False,
) -> Path:
    """Write the trained network of a trial in several formats, each run in a clean process and compared; gives the folder.

    normalise: the ONNX graph takes intensities in 0..1 ("unit") or pixels ("uint8"), and normalises them itself. fold: batch
    norms become part of the convolutions in front of them. int8: also an ONNX file of integers. Files are compared on test
    images; right answers are counted on the test part where the weights are of a final training, else on the validation part.

    Raises `ExportError` where a file does not compute what the network computes, `RunError` for a trial without weights,
    `DataError` where the images are not there any more; then nothing is left behind.
    """
    from nas.exports import ExportedData, Options, export_model

    network = run.model(trial)
    dataset = _images(run)
    info = dataset.info
    folder = Path(out) if out is not None else run.folder / "exports" / str(trial.number)
    export_model(
        network,
        run.genome(trial),
        folder,
        formats=tuple(to),
        data=ExportedData(info.name, info.shape, tuple(dataset.mean.tolist()), tuple(dataset.std.tolist()), info.classes),
        evidence=_evidence(dataset, counted="test" if run.training(trial) == "final" else "validation"),
        metrics=run.measured(trial),
        provenance=_provenance(run, trial) | {"images": dataset.fingerprint},
        options=Options(takes=normalise or "normalised", fold=fold, int8=int8),
    )
    return folder


def _images(run: Run) -> data.Dataset:
    """The images that the run was trained on; an error where they are gone, or others stand in their place."""
    try:
        with placed(run.space):
            dataset = data.load(run.space.file.data, cache=data.default_cache())
    except DataError as error:
        raise DataError(f"{error}; an export is proved on the images of its run: put them back") from error
    was = run.store.about().get("data")
    if was not in (None, dataset.fingerprint):
        raise RunError(
            f"{run.folder}: the images of {dataset.info.name} are not those that it was trained on ({dataset.fingerprint}, was "
            f"{was}); an export is proved on the images of its run: put them back"
        )
    return dataset


def _evidence(dataset: data.Dataset, *, counted: Literal["test", "validation"]) -> Evidence:
    """Test images to compare on, the part whose right answers are counted, and training images to calibrate on."""
    from nas.exports.evidence import BATCHES, CALIBRATING, MOST_COUNTED, Evidence, Exam, spread

    part = spread(dataset.part(counted), MOST_COUNTED)
    return Evidence(
        dataset.images[spread(dataset.test, max(BATCHES))],
        Exam(counted, dataset.images[part], dataset.labels[part]),
        dataset.images[spread(dataset.train, CALIBRATING)],
    )


def _provenance(run: Run, trial: Trial) -> dict[str, Any]:
    """Where the network comes from: its search, its choices, whose they were before, and every seed."""
    final = run.final(trial)
    edits = [words for name, words in trial.choices.items() if name.startswith("edit") and isinstance(words, str)]
    return {
        "space": run.space.name,
        "trial": trial.number,
        "weights": run.training(trial),
        "seeds": {
            "search": run.space.file.strategy.seed,
            "data": run.space.file.data.seed,
            "trial": trial.seed,
            **({} if final is None else {"final": final["seed"]}),
        },
        "choices": trial.choices,
        "lineage": {
            "parents": trial.parents,  # whose choices it took over
            "inherits": trial.inherits,  # whose weights its training in the search started from
            "repeats": trial.repeats,
            "edits": edits,
        },
    }
