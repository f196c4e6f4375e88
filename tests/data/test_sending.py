"""A data set that one machine decoded, on another that has no source for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nas.data import load
from nas.data.sending import missing, packed, place
from nas.space.settings import DataSettings


def test_a_placed_data_set_is_the_same_without_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = tmp_path / "mine.npz"
    draw = np.random.default_rng(0)
    np.savez(source, images=draw.integers(0, 255, (60, 8, 8), np.uint8), labels=np.arange(60) % 3)
    settings = DataSettings(name="npz", path=str(source))
    here = load(settings, cache=tmp_path / "here")
    name, files = packed(settings, cache=tmp_path / "here")
    source.unlink()
    monkeypatch.setenv("NAS_CACHE", str(tmp_path / "there"))
    assert missing(name)
    place(name, files)
    assert not missing(name)
    there = load(settings, cache=tmp_path / "there", placed=name)
    assert there.fingerprint == here.fingerprint
    assert np.array_equal(there.images, here.images)
    assert np.array_equal(there.validation, here.validation)
    place(name, {})  # it is there: nothing is written
