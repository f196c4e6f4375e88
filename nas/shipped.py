"""Finds the search spaces and runners that come with the package, by name; a path works as well as a name.

In a checkout they lie beside the package (`search_spaces/`, `runners/`), in an installed package inside of it
(`nas/_shipped/`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from nas.errors import InputError, UnknownNameError, nearest

Kind = Literal["search_spaces", "search_spaces/studies", "runners"]

_PACKAGE = Path(__file__).parent
_ONE = {"search_spaces": "search space", "search_spaces/studies": "study", "runners": "runner"}


def folder(kind: Kind) -> Path:
    """The folder of the shipped files of one kind; it may be missing."""
    if kind not in get_args(Kind):
        raise UnknownNameError(f"'{kind}' is not a kind of shipped file{nearest(kind, get_args(Kind))}")
    installed = _PACKAGE / "_shipped"
    return (installed if installed.is_dir() else _PACKAGE.parent) / kind


def names(kind: Kind) -> list[str]:
    """The names of the shipped files of one kind, sorted."""
    return sorted(path.stem for path in folder(kind).glob("*.yaml") if path.is_file())


def find(kind: Kind, name_or_path: str) -> Path:
    """The file that is meant by a shipped name ("laptop") or a path ("mine/laptop.yaml").

    Raises UnknownNameError for an unknown name, with the nearest and all known ones, InputError for a missing
    file.
    """
    known = names(kind)
    if name_or_path in known:
        return folder(kind) / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    if path.suffix in (".yaml", ".yml") or "/" in name_or_path or path.name != name_or_path:
        beside = [other.name for other in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
        reason = "is a folder, not a file" if path.is_dir() else f"no such file{nearest(path.name, beside)}"
        raise InputError(f"{name_or_path}: {reason}")
    hint = nearest(name_or_path, known)
    every = "" if hint.startswith("; known") or not known else f" (known: {', '.join(known)})"
    raise UnknownNameError(f"'{name_or_path}' is not a known {_ONE[kind]}, and not a file{hint}{every}")
