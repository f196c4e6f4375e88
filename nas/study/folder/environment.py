"""Versions, machine and commit: what one needs to know to do a run again."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from nas.space import SearchSpace

PACKAGES = ("deepwide", "torch", "optuna", "ray", "numpy", "networkx")


def environment(space: SearchSpace) -> dict[str, Any]:
    """What `environment.json` holds."""
    versions = {package: version for package in PACKAGES if (version := _version(package)) is not None}
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "versions": versions,
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "commit": _commit(),
        "space": {"file": space.document.name, "text": space.source},
    }


def compared() -> dict[str, str]:
    """The versions on which results depend: this package's, and of others what comes before the second dot."""
    found = {"python": platform.python_version(), "torch": _version("torch"), "optuna": _version("optuna")}
    short = {name: ".".join(version.split(".")[:2]) for name, version in found.items() if version is not None}
    own = _version("deepwide")
    return short if own is None else {"deepwide": own, **short}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    """The commit of the checkout that this package runs from; None where it is installed."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
