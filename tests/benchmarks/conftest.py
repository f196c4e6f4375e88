"""The modules that the scripts of `benchmarks/` share, and a made-up table of all cells."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

NAMES = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


@pytest.fixture(scope="session")
def table_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All 15,625 cells in a shuffled order, with accuracies of a formula of their operations."""
    ops = np.random.default_rng(0).permutation(np.array(np.unravel_index(np.arange(5**6), (5,) * 6), np.uint8).T)
    worth = np.array([0, 2, 3, 4, 1])[ops]
    accuracy = 60 + worth.sum(1) + 0.5 * (worth[:, 0] * worth[:, 5]) + worth[:, 3] % 3
    columns = {
        "ops": ops,
        "op_names": np.array(NAMES),
        "val_acc_200": accuracy.astype(np.float32),
        "acc_12": np.column_stack([accuracy * 0, accuracy - 10 - worth[:, 1]]).astype(np.float32),
        "acc_12_columns": np.array(["cifar10_test", "cifar10_val"]),
        "latency_ms": worth[:, :1].astype(np.float32),
        "latency_devices": np.array(["phone"]),
    }
    path = tmp_path_factory.mktemp("tables") / "table.npz"
    np.savez(path, **columns)
    return path
