"""The versions on which results depend, as a process has them: those of a node are compared with those of the search."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

from nas import errors

PACKAGE = Path(errors.__file__).parent  # nas
SAME = "results would depend on the node: give all nodes the same image, or the same environment"


@cache
def versions() -> dict[str, str]:
    """Of Python and torch, and of this library's code: nodes are sent it, and must not have found another one first."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "torch": metadata.version("torch").partition("+")[0],
        "deepwide": _digest(PACKAGE),
    }


def _digest(package: Path) -> str:
    """Of the sources of a package; two checkouts may bear the same number."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


def differing(theirs: dict[str, str], ours: dict[str, str]) -> str:
    """What another process has other versions of, in words; nothing where all are the same."""
    return " and ".join(f"{name} {theirs[name]} (here {ours[name]})" for name in ours if theirs[name] != ours[name])
