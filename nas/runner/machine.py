"""What this machine has, without torch: a plan is printed before anything heavy is loaded."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """Cores that this process may use, and GPUs."""

    cores: float
    gpus: float
    gpu_bytes: float = 0.0  # of the smallest GPU

    @property
    def device(self) -> str:
        """Where this process computes, as torch calls it: the first GPU if there is one."""
        return "cuda:0" if self.gpus else "cpu"


def here() -> Machine:
    """This machine."""
    sizes = _gpu_sizes()
    return Machine(len(os.sched_getaffinity(0)), len(sizes), min(sizes, default=0.0))


def _gpu_sizes() -> list[float]:
    """Bytes of each GPU, by the CUDA driver; CUDA_VISIBLE_DEVICES counts."""
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return []
    count = ctypes.c_int(0)
    if cuda.cuInit(0) != 0 or cuda.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return []
    sizes = []
    for index in range(count.value):
        device, size = ctypes.c_int(0), ctypes.c_size_t(0)
        if cuda.cuDeviceGet(ctypes.byref(device), index) == 0 and cuda.cuDeviceTotalMem_v2(ctypes.byref(size), device) == 0:
            sizes.append(float(size.value))
    return sizes
