"""A person's own code by name: a module, or "module:function", from the current directory or any installed package.

Nothing is imported that was not allowed in this process, because the name may stand in a file from a stranger. Who reads
a file allows what the person named on the command line, or all of it where they said so; a job brings the names along.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from nas.errors import InputError, nearest

REFUSED = "it is code, which is run only with --allow-code (allow_code=True) or where --set names it; read it first"

_allowed: set[str] = set()


def allow(names: Iterable[str]) -> None:
    """Let this process import what these name, from now on."""
    _allowed.update(names)


def allowed() -> list[str]:
    """What this process may import."""
    return sorted(_allowed)


def module(name: str) -> ModuleType:
    """The module of this name; the current directory counts as it does for `python -m`.

    Raises `InputError` if there is none or it was not allowed; what the module itself raises passes.
    """
    if not all(part.isidentifier() for part in name.split(".")):
        raise InputError(f"'{name}' is no name of a module, such as mine or mypackage.mine")
    _check_allowed(name)
    return _imported(name)


def function(name: str) -> Callable[..., Any]:
    """What "module:function" names; `InputError` if there is no such module or function, or it was not allowed."""
    module_name, _, function_name = name.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), function_name)):
        raise InputError(f"'{name}' must be module:function, such as mine:train")
    _check_allowed(name)
    found = getattr(_imported(module_name), function_name, None)
    if not callable(found):
        public = [key for key, value in vars(sys.modules[module_name]).items() if callable(value) and key[0] != "_"]
        raise InputError(f"'{module_name}' has no function '{function_name}'{nearest(function_name, public)}")
    return found


def _check_allowed(name: str) -> None:
    if name not in _allowed:
        raise InputError(REFUSED)


def _imported(name: str) -> ModuleType:
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # the module is there, and what it imports is not
        raise InputError(f"there is no module '{error.name}' in {here} or installed") from None
