"""IDX files, as MNIST and Fashion-MNIST have them."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from nas.data import describe, load
from nas.data.idx import NAMES
from nas.errors import DataError
from nas.space.settings import DataSettings

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 6, 5), dtype=np.uint8)
LABELS = (np.arange(30) % 3).astype(np.uint8)


def encoded(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def settings(tmp_path):
    for name, array in zip(NAMES, (IMAGES, LABELS, IMAGES[:6], LABELS[:6]), strict=True):
        (tmp_path / name).write_bytes(encoded(array))
    return DataSettings(name="idx", path=str(tmp_path))


def test_the_four_files_are_read(settings, cache):
    found = load(settings, cache=cache)
    assert np.array_equal(found.images[:30, 0], IMAGES)
    assert found.labels[:30].tolist() == LABELS.tolist()
    assert np.array_equal(found.images[found.test, 0], IMAGES[:6])
    assert describe(settings) == found.info


def test_compressed_files_are_read_alike(settings, tmp_path, cache):
    plain = load(settings, cache=cache).fingerprint
    for name in NAMES:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((tmp_path / name).read_bytes()))
        (tmp_path / name).unlink()
    assert load(settings, cache=cache).fingerprint == plain


def test_a_missing_file_is_named(settings, tmp_path):
    (tmp_path / NAMES[2]).unlink()
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte is missing"):
        describe(settings)


def test_a_truncated_file_is_refused_with_its_name(settings, tmp_path, cache):
    (tmp_path / NAMES[0]).write_bytes(encoded(IMAGES)[:-1])
    with pytest.raises(DataError, match=rf"{NAMES[0]}: must hold 900 bytes for \(30, 6, 5\); got 899"):
        load(settings, cache=cache)


def test_a_truncated_compressed_file_is_refused_with_its_name(settings, tmp_path, cache):
    (tmp_path / NAMES[0]).unlink()
    (tmp_path / f"{NAMES[0]}.gz").write_bytes(gzip.compress(encoded(IMAGES))[:-50])
    with pytest.raises(DataError, match=rf"{NAMES[0]}.gz: is damaged or cut short"):
        load(settings, cache=cache)


def test_a_file_of_another_kind_is_refused_with_its_first_bytes(settings, tmp_path):
    (tmp_path / NAMES[0]).write_bytes(encoded(LABELS))
    with pytest.raises(DataError, match="uint8 in 3 axes, 00000803; got 00000801"):
        describe(settings)
