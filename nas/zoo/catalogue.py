"""The catalogue of published networks: families by name, and of each the variants that its paper prints.

A family is a function: the paper's hyper-parameters as keyword arguments, the paper's values as defaults, a genome back.
A variant is a name for certain arguments, with the figures that were published for it, as they were printed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from nas.errors import UnknownNameError, nearest
from nas.genome import Genome
from nas.registry import Registry


@dataclass(frozen=True)
class Variant:
    """Arguments of a family that were published, and what was printed of their cost.

    `params` and `macs` are as printed ("1.7M", "22,855,952"), empty where nothing was. `note` says why our count is not
    the printed one, where it is not. `auxiliary`: the printed params count the auxiliary heads too.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    params: str = ""
    macs: str = ""
    note: str = ""
    auxiliary: bool = False


@dataclass(frozen=True)
class Family:
    """A published architecture with its hyper-parameters."""

    name: str
    title: str  # as people call it
    paper: str  # authors, venue or arXiv number
    year: int
    build: Callable[..., Genome]
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue: a family with certain arguments."""

    family: Family
    variant: Variant

    @property
    def name(self) -> str:
        return self.variant.name

    def build(self, **arguments: Any) -> Genome:
        """The genome; `arguments` take the place of the variant's."""
        return self.family.build(**{**self.variant.arguments, **arguments})

    @cached_property
    def genome(self) -> Genome:
        """The genome with the variant's arguments."""
        return self.build()

    def agreement(self) -> dict[str, bool]:
        """Of each published figure, whether our count rounds to it (or is cut to it: many papers do not round)."""
        genome, found = self.genome, {}
        if self.variant.params:
            params = genome.params + (genome.auxiliary_params if self.variant.auxiliary else 0)
            found["params"] = agrees(params, self.variant.params)
        if self.variant.macs:
            found["macs"] = agrees(genome.macs, self.variant.macs)
        return found


families: Registry[Family] = Registry("network")

Build = TypeVar("Build", bound=Callable[..., Genome])


def network(*, title: str, paper: str, year: int, variants: tuple[Variant, ...] = ()) -> Callable[[Build], Build]:
    """Register a function that builds a genome as a family under the function's name."""

    def decorate(build: Build) -> Build:
        families.register(build.__name__, Family(build.__name__, title, paper, year, build, variants))
        return build

    return decorate


def entries() -> Iterator[Entry]:
    """Every line of the catalogue, oldest first: the variants of each family, or the family itself where it has none."""
    for family in sorted((families.get(name) for name in families.names()), key=lambda family: (family.year, family.name)):
        for variant in family.variants or (Variant(family.name),):
            yield Entry(family, variant)


def find(name: str) -> Entry:
    """The variant, or the family with its defaults, of this name; `UnknownNameError` shows the nearest."""
    known: dict[str, Entry] = {}
    for family in (families.get(each) for each in families.names()):
        known[family.name] = Entry(family, Variant(family.name))
        known.update({variant.name: Entry(family, variant) for variant in family.variants})
    if name not in known:
        raise UnknownNameError(f"'{name}' is not a network of the zoo{nearest(name, known)}")
    return known[name]


_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


def agrees(count: int, printed: str) -> bool:
    """Whether a count, rounded or cut to the digits that were printed, is the printed figure.

    >>> agrees(25_557_032, "25.5M"), agrees(1_727_962, "1.7M"), agrees(24_151_882, "24.8M")
    (True, True, False)
    """
    match = re.fullmatch(r"([\d,]+)(\.\d+)?([KMG]?)", printed)
    assert match is not None, f"{printed!r} is no figure such as 1.7M or 22,855,952"
    digits = len(match[2]) - 1 if match[2] else 0
    figure = round(float(match[1].replace(",", "") + (match[2] or "")) * 10**digits)
    scaled = count * 10**digits / _UNITS[match[3]]
    return figure in (math.floor(scaled), math.floor(scaled + 0.5))
