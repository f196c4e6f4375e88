"""Images to compare on are of the genome's shape, enough for every batch, and evenly chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nas.errors import InputError
from nas.exports.evidence import Evidence, Exam, spread


def pixels(count: int, shape: tuple[int, ...] = (1, 2, 2)) -> np.ndarray:
    return np.arange(count * int(np.prod(shape)), dtype=np.uint8).reshape(count, *shape)


def test_batches_are_of_four_sizes_and_begin_again_where_images_are_few() -> None:
    questions = Evidence(pixels(3)).questions()
    assert {name: len(images) for name, images in questions.items()} == {"batch1": 1, "batch2": 2, "batch7": 7, "batch64": 64}
    assert questions["batch7"][:, 0, 0, 0].tolist() == [0, 4, 8, 0, 4, 8, 0]


def test_an_exam_is_asked_whole() -> None:
    exam = Exam("validation", pixels(5), np.zeros(5, np.int64))
    assert np.array_equal(Evidence(pixels(3), exam).questions()["exam"], exam.pixels)


@pytest.mark.parametrize("wrong", [pixels(0), pixels(3, (2, 2, 2)), pixels(3, (2, 2)), pixels(3).astype(np.float32)])
def test_what_is_no_pixels_of_the_genome_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match=r"^the images to compare on must be uint8 of the shape \(images, 1, 2, 2\), got "):
        Evidence(wrong).check((1, 2, 2))
    with pytest.raises(InputError, match="the images to compare on"):
        Evidence(pixels(3), Exam("test", wrong, np.zeros(len(wrong), np.int64))).check((1, 2, 2))


def test_some_of_many_are_evenly_spread_and_few_are_all_taken() -> None:
    assert spread(np.arange(10), 4).tolist() == [0, 2, 5, 7]
    assert spread(np.array([3, 5]), 4).tolist() == [3, 5]
