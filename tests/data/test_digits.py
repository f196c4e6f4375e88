"""scikit-learn's digits."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from nas.data import describe, load
from nas.space.settings import DataSettings


def test_intensities_of_16_become_255(cache):
    images = load(DataSettings(), cache=cache).images
    assert np.array_equal(np.rint(images[:, 0] / 255 * 16), load_digits().images)
    assert images.max() == 255


def test_digits_are_1797_grey_images_of_8_by_8_in_ten_classes(cache):
    found = load(DataSettings(), cache=cache)
    assert found.images.shape == (1797, 1, 8, 8)
    assert found.info == describe(DataSettings())
    assert np.array_equal(found.labels, load_digits().target)
