"""A person's own code by name: a module, or "module:function", from the current directory or any installed package.

Whoever names a module in a search space has its code run; a file from a stranger is to be read first.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from nas.errors import InputError, nearest


def module(name: str) -> ModuleType:
    """The module of this name; the current directory counts as it does for `python -m`.

    Raises `InputError` if there is none; what the module itself raises passes.
    """
    if not all(part.isidentifier() for part in name.split(".")):
        raise InputError(f"'{name}' is no name of a module, such as mine or mypackage.mine")
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # the module is there, and what it imports is not
        raise InputError(f"there is no module '{error.name}' in {here} or installed") from None


def function(name: str) -> Callable[..., Any]:
    """What "module:function" names; `InputError` if there is no such module or function."""
    module_name, _, function_name = name.partition(":")
    if not function_name.isidentifier():
        raise InputError(f"'{name}' must be module:function, such as mine:train")
    found = getattr(module(module_name), function_name, None)
    if not callable(found):
        public = [key for key, value in vars(sys.modules[module_name]).items() if callable(value) and key[0] != "_"]
        raise InputError(f"'{module_name}' has no function '{function_name}'{nearest(function_name, public)}")
    return found
