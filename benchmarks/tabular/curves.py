"""Curves of many searches, kept in one npz: an array (seeds, steps) for each strategy, and `x`, what a step had cost.

A file that is there already is added to, so a long measurement can be made in parts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Curves = dict[str, np.ndarray]


def load(path: Path) -> tuple[np.ndarray, Curves]:
    """The steps' costs, and the curves of each strategy."""
    with np.load(path, allow_pickle=False) as data:
        return data["x"], {name: data[name] for name in data.files if name != "x"}


def keep(path: Path, x: np.ndarray, curves: Curves) -> None:
    """Add these curves to a file, or put them in the place of those of the same name."""
    before: Curves = {}
    if path.exists():
        old, before = load(path)
        if not np.array_equal(old, x):
            raise SystemExit(
                f"{path} has {len(old)} steps up to {old[-1]:g}, these have {len(x)} up to {x[-1]:g}: take another file"
            )
    np.savez_compressed(path, x=x, **{name: curve.astype(np.float32) for name, curve in (before | curves).items()})


@dataclass(frozen=True)
class Band:
    """The mean over seeds and where it lies with 95 %, by step; NaN where a seed has no value yet."""

    mean: np.ndarray
    half: np.ndarray

    @classmethod
    def of(cls, curves: np.ndarray) -> Band:
        """Of an array (seeds, steps), by the normal approximation."""
        curves = curves.astype(np.float64)
        spread = curves.std(0, ddof=1) if len(curves) > 1 else np.full(curves.shape[1], np.nan)
        return cls(curves.mean(0), 1.96 * spread / math.sqrt(len(curves)))
