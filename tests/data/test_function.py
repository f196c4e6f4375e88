"""A function of the user's that returns arrays."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from nas import plugins
from nas.data import describe, load
from nas.errors import DataError
from nas.space.settings import DataSettings

SOURCE = """
import numpy as np
def two():
    return np.arange(30 * 20, dtype=np.uint8).reshape(30, 4, 5), np.arange(30) % 3
def four():
    images, labels = two()
    return images, labels, images[:6] // 2, labels[:6]
def three():
    return two() + (1,)
def fails():
    raise RuntimeError("no disk")
def ragged():
    return [[1], [1, 2]], [0, 1]
"""


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    (tmp_path / "my_images.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("my_images", None)


def named(function):
    plugins.allow([f"my_images:{function}"])
    return DataSettings(name=f"my_images:{function}")


def test_a_function_in_the_current_directory_is_called(cache):
    found = load(named("two"), cache=cache)
    assert np.array_equal(found.images.ravel(), np.arange(600, dtype=np.uint8))
    assert describe(named("two"), cache=cache) == found.info
    assert found.info.shape == (1, 4, 5)


def test_four_arrays_are_train_and_test(cache):
    found = load(named("four"), cache=cache)
    assert np.array_equal(found.images[found.test], found.images[:6] // 2)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("three", r"must return \(images, labels\) or .*; got 3 of them"),
        ("fails", "failed: RuntimeError: no disk"),
        ("ragged", "arrays of one shape"),
        ("too", "has no function 'too'; did you mean 'two'"),
    ],
)
def test_a_function_that_cannot_be_used_is_named_with_what_it_did(function, message, cache):
    with pytest.raises(DataError, match=f"'my_images:{function}'.*{message}"):
        load(named(function), cache=cache)


def test_a_module_that_cannot_be_imported_is_named():
    plugins.allow(["no_such_module:f"])
    with pytest.raises(DataError, match=r"data\.name: 'no_such_module:f': there is no module 'no_such_module'"):
        describe(DataSettings(name="no_such_module:f"))
