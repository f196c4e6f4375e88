"""The registry of the formats that a network can be exported to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nas.exports.subject import Subject
from nas.genome import Genome
from nas.registry import Registry


@dataclass(frozen=True)
class Written:
    """A file that was written into the folder, and how it was proved; goes into the manifest."""

    file: str
    check: Mapping[str, Any] = field(default_factory=dict)
    packages: tuple[str, ...] = ()  # whose versions matter to the file
    beside: tuple[str, ...] = ()  # files that it needs, proved with it


def anything(genome: Genome) -> None:
    """The check of a format that can express every genome."""


@dataclass(frozen=True)
class Format:
    """write: files into a folder, which are proved there; the folder is thrown away when it raises. check: raises what is
    wrong before any work: a package that is missing, or an operation that the format cannot express, by name.
    """

    write: Callable[[Subject, Path], Written]
    check: Callable[[Genome], None] = anything


formats: Registry[Format] = Registry("export format")
