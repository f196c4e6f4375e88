"""scikit-learn's digits: 1,797 grey images of 8x8 handwritten digits, in the package itself.

Intensities 0..16 become 0..255. UCI "Optical Recognition of Handwritten Digits", Alpaydin & Kaynak 1998.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nas.data.info import DataInfo, RawData, Source, sources
from nas.space.settings import DataSettings

CLASSES = tuple("0123456789")


def describe(settings: DataSettings) -> DataInfo:
    return DataInfo("digits", (1, 8, 8), CLASSES)


def read(settings: DataSettings) -> RawData:
    from sklearn.datasets import load_digits  # 1 s to import: only when digits are decoded

    digits: Any = load_digits()
    return RawData(np.rint(digits.images * (255 / 16)).astype(np.uint8), digits.target, CLASSES)


sources.register("digits", Source(read=read, describe=describe, takes_path=False, needs_path=False))
