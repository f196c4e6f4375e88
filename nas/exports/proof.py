"""An exported file is kept where a stranger, in a clean process, gets from it what the network answers.

Logits are compared at several batch sizes on real images, and right answers are counted. A file of integers answers
something else by its nature: there the difference is only said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nas.errors import ExportError
from nas.exports import clean
from nas.exports.evidence import BATCHES
from nas.exports.subject import Subject

TOLERANCE = 1e-4  # of the largest logit, or of 1 where that is smaller
PATIENCE = (600.0, 20.0)  # seconds that a clean process has, and for each second that the network itself takes
_STRANGERS = Path(__file__).with_name("strangers")


def proved(
    subject: Subject, file: Path, *, script: str, packages: Sequence[str], what: str, exact: bool = True
) -> dict[str, Any]:
    """What a clean process with these packages finds out about a file: plain data for the manifest.

    script: the name of one of `strangers`. what: what errors call the file. Raises ExportError where the script fails, or
    where the logits differ by more than the tolerance; not exact: where they differ in shape, or are not finite.
    """
    base, factor = PATIENCE
    got = clean.run(
        (_STRANGERS / f"{script}.py").read_text(encoding="utf-8"),
        subject.evidence.questions(),
        file=file,
        packages=packages,
        seconds=base + factor * subject.seconds,
        threads=torch.get_num_threads(),
        what=what,
    )
    check = {"read_again_with": f"{' and '.join(packages)} alone, in a clean process"}
    return check | compared(subject, got, what=what, exact=exact)


def compared(subject: Subject, got: dict[str, np.ndarray], *, what: str, exact: bool = True) -> dict[str, Any]:
    """How far answers are from the network's: the largest difference, and how many are right of the exam's."""
    differences = [_difference(subject, got[f"batch{size}"], size, what=what, exact=exact) for size in BATCHES]
    check = {"batches": list(BATCHES), "largest_difference": max(differences)} | ({"tolerance": TOLERANCE} if exact else {})
    exam = subject.evidence.exam
    if exam is not None:
        network, file = (int((each["exam"].argmax(1) == exam.labels).sum()) for each in (subject.expected, got))
        check["accuracy"] = {"part": exam.part, "images": len(exam.labels), "right": file, "right_of_the_network": network}
    return check


def _difference(subject: Subject, got: np.ndarray, size: int, *, what: str, exact: bool) -> float:
    expected = subject.expected[f"batch{size}"]
    if got.shape != expected.shape:
        shapes = f"must have the shape {expected.shape}, got {got.shape}"
        raise ExportError(f"{what}: for a batch of {size} the logits {shapes}; it was not kept")
    difference = float(np.abs(got - expected).max())
    allowed = TOLERANCE * max(1.0, float(np.abs(expected).max())) if exact else float("inf")
    if not difference <= allowed or not np.isfinite(difference):
        raise ExportError(
            f"{what}: for a batch of {size} it computes something else than the network: "
            f"they differ by {difference:.3g}, above {allowed:.3g}; it was not kept"
        )
    return difference
