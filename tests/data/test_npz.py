"""Arrays in one .npz file."""

from __future__ import annotations

import numpy as np
import pytest

from nas.data import describe, load
from nas.errors import DataError
from nas.space.settings import DataSettings


def saved(folder, **arrays):
    np.savez_compressed(folder / "some.npz", **arrays)
    return DataSettings(name="npz", path=str(folder / "some.npz"))


@pytest.mark.parametrize(("x", "y"), [("x", "y"), ("images", "labels"), ("x_train", "y_train")])
def test_each_pair_of_names_is_read(x, y, tmp_path, cache, images, labels):
    found = load(saved(tmp_path, **{x: images, y: labels}), cache=cache)
    assert np.array_equal(found.images, images)


def test_a_test_part_in_the_file_is_the_test_part(tmp_path, cache, images, labels):
    settings = saved(tmp_path, x_train=images, y_train=labels, x_test=255 - images[:9], y_test=labels[:9])
    found = load(settings, cache=cache)
    assert np.array_equal(found.images[found.test], 255 - images[:9])
    assert describe(settings) == found.info


def test_class_names_in_the_file_are_used(tmp_path, cache, images, labels):
    settings = saved(tmp_path, x=images, y=labels, classes=np.array(["cat", "dog", "emu"]))
    assert load(settings, cache=cache).info.classes == describe(settings).classes == ("cat", "dog", "emu")


def test_other_names_are_refused_with_what_was_found(tmp_path, images):
    with pytest.raises(DataError, match=r"some\.npz: must hold .*x and y; .*got data, y"):
        describe(saved(tmp_path, data=images, y=images))


def test_half_a_test_part_is_refused(tmp_path, images, labels):
    with pytest.raises(DataError, match="got only x_test"):
        describe(saved(tmp_path, x_train=images, y_train=labels, x_test=images))


def test_pickled_objects_are_refused(tmp_path, cache, images):
    settings = saved(tmp_path, x=images, y=np.array([{}] * 30))
    with pytest.raises(DataError, match="array 'y' cannot be read: it holds pickled Python objects"):
        load(settings, cache=cache)


def test_a_truncated_file_is_refused_with_its_name(tmp_path, images, labels):
    settings = saved(tmp_path, x=images, y=labels)
    path = tmp_path / "some.npz"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"some\.npz: is not an \.npz file"):
        describe(settings)


def test_damaged_bytes_are_refused_with_the_array_that_holds_them(tmp_path, cache, images, labels):
    settings = saved(tmp_path, x=images, y=labels)
    path = tmp_path / "some.npz"
    data = bytearray(path.read_bytes())
    data[1000:1010] = bytes(10)
    path.write_bytes(data)
    with pytest.raises(DataError, match="array 'x' cannot be read"):
        load(settings, cache=cache)


def test_a_folder_is_pointed_to_the_source_for_folders(tmp_path):
    with pytest.raises(DataError, match="name: folder"):
        describe(DataSettings(name="npz", path=str(tmp_path)))


def test_real_mnist_is_what_its_authors_published(real_images, cache):
    settings = DataSettings(name="npz", path=str(real_images / "mnist_test.npz"))
    found = load(settings, cache=cache)
    assert found.info.shape == (1, 28, 28)
    assert describe(settings) == found.info
    # the counts of digits in the test set of MNIST
    assert np.bincount(found.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
