"""The division into train, validation and test."""

from __future__ import annotations

import numpy as np
import pytest

from nas.data.split import shuffled, split
from nas.errors import DataError
from nas.space.settings import DataSettings

CLASSES = ("a", "b")
LABELS = np.array([0] * 100 + [1] * 50)


def divided(labels=LABELS, *, test_from=None, **settings):
    return split(labels, CLASSES, DataSettings(**settings), test_from=test_from, where="data 'x'")


def test_each_part_has_its_share_of_each_class():
    parts = divided(test=0.2, validation=0.25)
    counts = [np.bincount(LABELS[part]).tolist() for part in (parts.test, parts.validation, parts.train)]
    assert counts == [[20, 10], [20, 10], [60, 30]]


def test_the_three_parts_are_all_images_once():
    parts = divided()
    assert np.array_equal(np.sort(np.concatenate([parts.train, parts.validation, parts.test])), np.arange(150))


def test_a_test_part_of_the_sources_own_stays_whole_and_apart():
    labels = np.concatenate([LABELS, LABELS[::10]])
    parts = divided(labels, test_from=150)
    assert np.array_equal(parts.test, np.arange(150, 165))
    assert len(parts.train) + len(parts.validation) == 150


def test_the_seed_decides_the_split():
    assert np.array_equal(divided(seed=1).train, divided(seed=1).train)
    assert not np.array_equal(divided(seed=1).train, divided(seed=2).train)


def test_a_shuffle_is_the_same_on_every_machine():
    assert shuffled(8, 7).tolist() == [6, 3, 4, 0, 2, 7, 5, 1]


def test_limit_takes_a_stratified_part_and_leaves_the_test_part_alone():
    parts = divided(limit=60, test=0.2, validation=0.25)
    assert np.array_equal(parts.test, divided(test=0.2).test)
    assert np.bincount(LABELS[np.concatenate([parts.train, parts.validation])]).tolist() == [40, 20]


def test_limit_gives_a_rare_class_two_images():
    labels = np.array([0] * 1000 + [1] * 10)
    parts = split(labels, CLASSES, DataSettings(limit=20), test_from=None, where="data")
    assert np.bincount(labels[parts.train]).tolist() == [14, 1]
    assert np.bincount(labels[parts.validation]).tolist() == [4, 1]


def test_a_limit_above_the_number_of_images_takes_all():
    assert np.array_equal(divided(limit=10**9).train, divided().train)


def test_a_limit_too_small_for_all_classes_is_refused():
    with pytest.raises(DataError, match=r"data\.limit: 2 classes need at least 4 images.*got 3"):
        divided(limit=3)


def test_a_class_with_too_few_images_is_named_with_its_count():
    with pytest.raises(DataError, match=r"data 'x': class 'b' has 2 images; .*at least 3"):
        divided(np.array([0] * 9 + [1] * 2))


def test_two_images_of_a_class_are_enough_beside_a_test_part():
    parts = divided(np.array([0, 0, 1, 1, 0, 1]), test_from=4)
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (2, 2, 2)


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_no_share_leaves_a_class_out_of_a_part(share):
    parts = divided(np.array([0] * 3 + [1] * 3), test=share, validation=share)
    assert len(parts.train) == len(parts.validation) == len(parts.test) == 2
