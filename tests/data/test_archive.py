"""Arrays in archives: what NumPy writes is read, and what it never wrote is not."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from nas.data import archive
from nas.errors import DataError


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.uint8),
        np.ones((2, 3, 4)),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(["ä", "bc"]),
        np.array(7),
        np.zeros((0, 3)),
    ],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_writes_comes_back(tmp_path, array, save):
    save(tmp_path / "a.npz", x=array)
    assert archive.names(tmp_path / "a.npz") == ["x"]
    assert archive.shape(tmp_path / "a.npz", "x") == array.shape
    found = archive.array(tmp_path / "a.npz", "x")
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


def test_an_array_that_says_it_is_larger_than_what_is_there_is_refused(tmp_path):
    file = io.BytesIO()
    np.save(file, np.zeros(10))
    content = file.getvalue().replace(b"(10,)", b"(99,)")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as out:
        out.writestr("x.npy", content)
    with pytest.raises(DataError, match=r"float64 of shape \(99,\) is not 80 bytes"):
        archive.array(tmp_path / "a.npz", "x")


def test_objects_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{}]))
    with pytest.raises(DataError, match="it holds pickled Python objects, which are never loaded"):
        archive.array(tmp_path / "a.npz", "x")
