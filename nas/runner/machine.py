"""What this machine has, without torch: a plan is printed before anything heavy is loaded."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """Cores that this process may use, and GPUs."""

    cores: int
    gpus: int


def here() -> Machine:
    """This machine."""
    return Machine(len(os.sched_getaffinity(0)), _gpus())


def _gpus() -> int:
    """GPUs by the CUDA driver; CUDA_VISIBLE_DEVICES counts."""
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if cuda.cuInit(0) != 0 or cuda.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value
