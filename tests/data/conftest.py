"""Small data for the tests of `nas.data`."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest


def pictures(count: int, *shape: int, seed: int = 0) -> np.ndarray:
    """`count` images of noise, uint8."""
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


@pytest.fixture
def images() -> np.ndarray:
    """30 images of 3x6x5."""
    return pictures(30, 3, 6, 5)


@pytest.fixture
def labels() -> np.ndarray:
    """Three classes in turn, ten of each."""
    return np.arange(30) % 3


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def real_images() -> Path:
    """The folder of real images that is not part of the project; skips where it is missing."""
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("NAS_SHARED_DATA", default)) / "images"
    if not folder.is_dir():
        pytest.skip("no real images here; NAS_SHARED_DATA names their folder")
    return folder
