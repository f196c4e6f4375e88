"""The binary batches of CIFAR-10 and CIFAR-100."""

from __future__ import annotations

import numpy as np
import pytest

from nas.data import describe, load
from nas.errors import DataError
from nas.space.settings import DataSettings

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 3, 32, 32), dtype=np.uint8)


def rows(labels, extra=b""):
    return b"".join(extra + bytes([label]) + image.tobytes() for label, image in zip(labels, PIXELS, strict=False))


@pytest.fixture
def ten(tmp_path):
    for number in range(1, 6):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(rows(range(10)))
    (tmp_path / "test_batch.bin").write_bytes(rows([3, 4]))
    return DataSettings(name="cifar10", path=str(tmp_path))


def test_five_batches_are_the_training_images_and_one_the_test_part(ten, cache):
    found = load(ten, cache=cache)
    assert np.array_equal(found.images[:50], np.concatenate([PIXELS[:10]] * 5))
    assert found.labels[found.test].tolist() == [3, 4]
    assert describe(ten) == found.info


def test_the_second_label_of_cifar_100_is_the_class(tmp_path, cache):
    (tmp_path / "cifar-100-binary").mkdir()
    (tmp_path / "cifar-100-binary" / "train.bin").write_bytes(
        b"".join([bytes([7, fine]) + PIXELS[0].tobytes() for fine in [*range(100)] * 2])
    )
    (tmp_path / "cifar-100-binary" / "test.bin").write_bytes(rows([99, 5], extra=b"\x07"))
    found = load(DataSettings(name="cifar100", path=str(tmp_path)), cache=cache)
    assert found.labels[found.test].tolist() == [99, 5]
    assert found.info.classes[99] == "worm"
    assert found.info.classes[5] == "bed"


def test_class_names_are_taken_from_the_file_beside_the_batches(ten, tmp_path):
    (tmp_path / "batches.meta.txt").write_text("\n".join("abcdefghij") + "\n\n")
    assert describe(ten).classes == tuple("abcdefghij")


def test_shape_and_classes_are_known_without_the_files():
    assert describe(DataSettings(name="cifar10")).shape == (3, 32, 32)
    assert len(set(describe(DataSettings(name="cifar100")).classes)) == 100


def test_a_truncated_file_is_refused_with_its_name(ten, tmp_path, cache):
    (tmp_path / "data_batch_3.bin").write_bytes(rows([1, 2])[:-1])
    with pytest.raises(DataError, match=r"data_batch_3\.bin: must hold up to 50,000 rows of 3073 bytes; got 6145 bytes"):
        load(ten, cache=cache)


def test_the_pickled_version_is_answered_with_the_download_that_is_wanted(tmp_path, cache):
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(DataError, match=r"pickled 'python version'.*cifar-10-binary\.tar\.gz"):
        load(DataSettings(name="cifar10", path=str(tmp_path)), cache=cache)


def test_an_empty_folder_is_answered_with_the_archive_that_is_wanted(tmp_path, cache):
    with pytest.raises(DataError, match=r"train\.bin is missing; unpack cifar-100-binary\.tar\.gz"):
        load(DataSettings(name="cifar100", path=str(tmp_path)), cache=cache)
