"""Data sets that stay open in a worker's process, so that its next trial starts at once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from nas.data import Dataset, load
from nas.space.settings import DataSettings


def dataset(settings: DataSettings, *, cache: str, placed: str = "") -> Dataset:
    """The data set of `settings`; the same object for the same settings.

    Its images are a memory map, which all processes of a machine share.
    """
    return _opened(settings.model_dump_json(), cache, placed)


@lru_cache(maxsize=4)
def _opened(settings: str, cache: str, placed: str) -> Dataset:
    return load(DataSettings.model_validate_json(settings), cache=Path(cache), placed=placed)
