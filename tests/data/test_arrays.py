"""Arrays at the door: layouts, intensities, labels."""

from __future__ import annotations

import numpy as np
import pytest

from nas.data.arrays import checked
from nas.data.info import RawData
from nas.errors import DataError


def test_images_with_channels_last_become_channels_first(images, labels):
    last = checked(RawData(images.transpose(0, 2, 3, 1), labels), where="data")
    assert np.array_equal(last.images, images)


def test_grey_images_without_a_channel_axis_get_one(labels):
    assert checked(RawData(np.zeros((30, 6, 5), np.uint8), labels), where="data").images.shape == (
        30,
        1,
        6,
        5,
    )


def test_floats_between_0_and_1_are_scaled_to_255(labels):
    images = np.full((30, 2, 2), 0.5)
    images[0, 0] = [0.0, 1.0]
    assert checked(RawData(images, labels), where="data").images[0].tolist() == [[[0, 255], [128, 128]]]


def test_test_images_are_scaled_like_training_images(labels):
    train, test = np.full((30, 2, 2), 200.0), np.full((30, 2, 2), 1.0)
    found = checked(RawData(train, labels, None, test, labels), where="data")
    assert found.test_images is not None
    assert found.test_images.max() == 1


def test_labels_that_do_not_count_from_0_are_numbered_and_name_their_classes(images):
    found = checked(RawData(images, np.arange(30) % 3 * 10 + 5), where="data")
    assert found.classes == ("5", "15", "25")
    assert found.labels[:4].tolist() == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((30, 64), np.uint8), "got 2 axes"),
        (np.zeros((30, 9, 9, 9), np.uint8), "cannot tell which axis"),
        (np.zeros((30, 3, 9, 3), np.uint8), "cannot tell which axis"),
        (np.zeros((0, 3, 9, 9), np.uint8), "no images"),
        (np.full((30, 9, 9), np.nan), "NaN or infinity in image 0"),
        (np.full((30, 9, 9), 256), "0 to 255 .*got 256 to 256"),
        (np.full((30, 9, 9), -0.5), "got -0.5 to -0.5"),
        (np.full((30, 9, 9), "a"), "must be numbers"),
        (np.full((30, 9, 9), None, dtype=object), "must be numbers"),
    ],
)
def test_images_that_cannot_be_used_are_refused_with_what_they_are(images, message, labels):
    with pytest.raises(DataError, match=f"my data: .*{message}"):
        checked(RawData(images, labels), where="my data")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.arange(30) / 2, "integers; got dtype float64"),
        (np.arange(29), "got 30 images and 29 labels"),
        (np.eye(30, dtype=int), r"got \(30, 30\)"),
        (np.zeros(30, int), "two classes or more; got one, '0'"),
    ],
)
def test_labels_that_cannot_be_used_are_refused_with_what_they_are(images, labels, message):
    with pytest.raises(DataError, match=message):
        checked(RawData(images, labels), where="data")


def test_labels_beyond_the_class_names_are_refused(images, labels):
    with pytest.raises(DataError, match="with 2 class names labels must be 0 to 1; got 0 to 2"):
        checked(RawData(images, labels, ("a", "b")), where="data")


def test_test_images_of_another_shape_are_refused(images, labels):
    with pytest.raises(DataError, match=r"one shape; got \(3, 6, 5\) and \(3, 5, 5\)"):
        checked(RawData(images, labels, None, images[:, :, :5], labels), where="data")


def test_test_images_without_labels_are_refused(images, labels):
    with pytest.raises(DataError, match="given together"):
        checked(RawData(images, labels, None, images), where="data")
