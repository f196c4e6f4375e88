"""Versions, machine and commit: what one needs to know to do a run again."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nas.space import SearchSpace
from nas.versions import installed

PACKAGES = ("deepwide", "torch", "optuna", "ray", "numpy", "networkx")


def environment(space: SearchSpace) -> dict[str, Any]:
    """What `environment.json` holds."""
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "versions": installed(PACKAGES),
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "commit": _commit(),
        "space": {"file": space.document.name, "text": space.source},
    }


def compared() -> dict[str, str]:
    """The versions on which results depend: this package's, and of others what comes before the second dot."""
    others = {"python": platform.python_version(), **installed(["torch", "optuna"])}
    return installed(["deepwide"]) | {name: ".".join(version.split(".")[:2]) for name, version in others.items()}


def _commit() -> str | None:
    """The commit of the checkout that this package runs from; None where it is installed."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
