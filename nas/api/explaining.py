"""Why the network of a trial works: its analyses, kept in the run's folder and, on request, drawn."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nas import data
from nas.api.searching import Say
from nas.errors import InputError
from nas.prepare import placed
from nas.runner import machine as machines
from nas.whole_files import write_alone

if TYPE_CHECKING:
    from nas.study import Run, Trial

FOLDER = "explain"  # in that of the run


def explain(
    run: Run,
    trial: Trial,
    *,
    images: int = 1000,
    draws: int = 5,
    seed: int = 0,
    out: str | Path | None = None,
    say: Say | None = None,
) -> dict[str, Any]:
    """Delete blocks of a trained network, change their order, follow its gradients, time its stages (schema "nas.explain/1").

    images: of the validation part, at most. draws: how many times at random, wherever something is drawn. The document is kept
    as `explain/NUMBER.json` in the run's folder; `out`: a folder for `explain.json` and figures. Raises `RunError` where the
    trial has no weights, `DataError` where its images are gone.
    """
    import torch

    from nas.evaluate.threads import threads
    from nas.explanation import SCHEMA, Subject
    from nas.explanation import explain as measure
    from nas.explanation.figures import figures

    if images < 2 or draws < 1:
        raise InputError(f"an explanation takes at least 2 images and 1 draw, got {images} and {draws}")
    if out is not None and Path(out).exists() and not Path(out).is_dir():
        raise InputError(f"{out} is a file; an explanation's figures need a folder")
    state = run.model(trial).state_dict()
    with placed(run.space):
        dataset = data.load(run.space.file.data, cache=data.default_cache())
    device = torch.device(machines.here().device)
    started = time.perf_counter()
    with threads(run.space.file.train.threads):
        subject = Subject.of(run.genome(trial), state, dataset, images=images, device=device, seed=seed)
        found = measure(subject, draws=draws, seed=seed, say=say or (lambda line: None))
    document = {
        "schema": SCHEMA,
        "run": str(run.folder),
        "trial": trial.number,
        "fingerprint": run.genome(trial).fingerprint,
        "weights": run.training(trial),
        "seconds": time.perf_counter() - started,
        **found.to_dict(),
    }
    text = (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()
    files = {run.folder / FOLDER / f"{trial.number}.json": text}
    if out is not None:
        files[Path(out) / "explain.json"] = text
        files |= {Path(out) / name: picture.encode() for name, picture in figures(document).items()}
    for path, content in files.items():
        write_alone(path, [content])
    return document
