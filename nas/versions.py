"""Which versions of packages are installed here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata


def installed(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those of the packages that are installed, in the order given.

    A checkout that is only on the path, and an extra that was left out, are not among them.
    """
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
