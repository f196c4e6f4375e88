"""A function of the user's, "module:function": called with nothing, gives back arrays.

It returns (images, labels) or (images, labels, test_images, test_labels); the module is looked for on `sys.path`
and in the current directory. Decoded images are kept until the module's file changes.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nas.data.info import RawData, Source
from nas.errors import DataError, nearest
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
    module_name, _, function_name = name.partition(":")
    here = os.getcwd()
    added = here not in sys.path and "" not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except (ImportError, ValueError) as error:
        raise DataError(f"data.name: '{name}': module '{module_name}' cannot be imported: {error}") from error
    finally:
        if added and here in sys.path:
            sys.path.remove(here)
    function = getattr(module, function_name, None)
    if not callable(function):
        public = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise DataError(
            f"data.name: '{name}': module '{module_name}' has no function '{function_name}'{nearest(function_name, public)}"
        )
    return function


def _array(part: Any, name: str) -> np.ndarray:
    try:
        return np.asarray(part)
    except (ValueError, TypeError) as error:
        raise DataError(f"data.name: '{name}' must return arrays of one shape; got {type(part).__name__}: {error}") from None


source = Source(read=read, files=files, takes_path=False, needs_path=False)
