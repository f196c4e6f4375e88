"""A file is kept where its answers are those of the network; right answers are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nas.errors import ExportError
from nas.exports import Evidence, Exam
from nas.exports.proof import compared

LOGITS = np.array([[3.0, 1.0], [0.0, 2.0], [5.0, 4.0]], np.float32)


@pytest.fixture
def subject(trained: Any) -> Any:
    """One whose network answers LOGITS: of three images the labels of two."""
    exam = Exam("test", np.zeros((3, 2, 6, 6), np.uint8), np.array([0, 1, 1]))
    expected = {f"batch{size}": LOGITS[np.arange(size) % 3] for size in (1, 2, 7, 64)} | {"exam": LOGITS}
    return replace(trained.subject(), evidence=Evidence(exam.pixels, exam), expected=expected)


def changed(subject: Any, name: str, by: Any) -> dict[str, np.ndarray]:
    return {**subject.expected, name: subject.expected[name] + np.float32(by)}


def test_the_largest_difference_of_all_batches_is_found(subject: Any) -> None:
    check = compared(subject, changed(subject, "batch7", 1e-4), what="it")
    assert check["largest_difference"] == pytest.approx(1e-4, rel=0.01) and check["batches"] == [1, 2, 7, 64]


@pytest.mark.parametrize("batch", [1, 2, 7, 64])
def test_a_difference_above_the_tolerance_of_the_largest_logit_is_refused(subject: Any, batch: int) -> None:
    largest = np.abs(subject.expected[f"batch{batch}"]).max()
    compared(subject, changed(subject, f"batch{batch}", 0.9e-4 * largest), what="it")
    with pytest.raises(ExportError, match=rf"^it: for a batch of {batch} .* differ by .*, above .*; it was not kept$"):
        compared(subject, changed(subject, f"batch{batch}", 1.1e-4 * largest), what="it")


def test_what_is_no_number_or_of_another_shape_is_refused(subject: Any) -> None:
    for exact in (True, False):
        with pytest.raises(ExportError, match="for a batch of 2 it computes something else"):
            compared(subject, changed(subject, "batch2", np.nan), what="it", exact=exact)
        with pytest.raises(ExportError, match=r"the logits must have the shape \(1, 2\), got \(1, 1\)"):
            compared(subject, {**subject.expected, "batch1": np.ones((1, 1), np.float32)}, what="it", exact=exact)


def test_right_answers_are_counted_beside_those_of_the_network(subject: Any) -> None:
    got = changed(subject, "exam", [0.0, 3.0])  # all three are now the second class
    assert compared(subject, got, what="it")["accuracy"] == {
        "part": "test",
        "images": 3,
        "right": 2,
        "right_of_the_network": 2,
    }
    got = changed(subject, "exam", [3.0, 0.0])  # and now the first
    assert compared(subject, got, what="it")["accuracy"]["right"] == 1


def test_of_what_is_not_exact_a_difference_is_only_said(subject: Any) -> None:
    check = compared(subject, changed(subject, "batch1", 0.5), what="it", exact=False)
    assert check["largest_difference"] == 0.5 and "tolerance" not in check
