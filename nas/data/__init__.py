"""Data sets: where images come from, their fixed division, and (in `nas.data.batches`) batches on a device.

Importing this package loads NumPy and no torch; scikit-learn, Pillow and `datasets` are imported when images are decoded.
"""

from nas.data import cifar, digits, folder, idx, npz, parquet  # noqa: F401  each registers its source
from nas.data.cache import default_cache
from nas.data.dataset import Dataset, describe, known_size, load
from nas.data.info import DataInfo, RawData, Source, sources

__all__ = ["DataInfo", "Dataset", "RawData", "Source", "default_cache", "describe", "known_size", "load", "sources"]
