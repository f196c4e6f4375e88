"""A function of the user's, "module:function": called with nothing, gives back arrays.

It returns (images, labels) or (images, labels, test_images, test_labels); the module is looked for on `sys.path`
and in the current directory. Decoded images are kept until the module's file changes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nas import plugins
from nas.data.info import RawData, Source
from nas.errors import DataError, InputError
from nas.space.settings import DataSettings


def read(settings: DataSettings) -> RawData:
    function = found(settings.name)
    try:
        result = function()
    except Exception as error:
        raise DataError(f"data.name: '{settings.name}' failed: {type(error).__name__}: {error}") from error
    if not isinstance(result, (tuple, list)) or len(result) not in (2, 4):
        got = f"{len(result)} of them" if isinstance(result, (tuple, list)) else f"a {type(result).__name__}"
        raise DataError(
            f"data.name: '{settings.name}' must return (images, labels) or (images, labels, test_images, test_labels); got {got}"
        )
    images, labels, *test = (_array(part, settings.name) for part in result)
    return RawData(images, labels, None, *test)


def files(settings: DataSettings) -> Sequence[Path]:
    file = getattr(sys.modules[found(settings.name).__module__], "__file__", None)
    return (Path(file),) if file else ()


def found(name: str) -> Callable[[], Any]:
    """The function that "module:function" names."""
    try:
        return plugins.function(name)
    except InputError as error:
        raise DataError(f"data.name: '{name}': {error}") from None
    except ImportError as error:
        raise DataError(f"data.name: '{name}' cannot be imported: {error}") from error


def _array(part: Any, name: str) -> np.ndarray:
    try:
        return np.asarray(part)
    except (ValueError, TypeError) as error:
        raise DataError(f"data.name: '{name}' must return arrays of one shape; got {type(part).__name__}: {error}") from None


source = Source(read=read, files=files, takes_path=False, needs_path=False)
