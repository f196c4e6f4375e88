"""What a check of a space found, as data and as a text."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from nas.genome import Shape
from nas.space.kind import Values, described


@dataclass(frozen=True)
class Count:
    """A number of combinations: counted, or an estimate."""

    number: float
    exact: bool

    def __str__(self) -> str:
        if self.exact:
            return f"{self.number:,.0f}"
        return f"about {self.number:,.0f}" if self.number < 1e7 else f"about {self.number:.1e}"


@dataclass(frozen=True)
class Example:
    """One genome of the space."""

    choices: Values
    params: int
    macs: int
    activations: int
    depth: int

    def __str__(self) -> str:
        costs = f"{self.params:,} params, {self.macs:,} macs, depth {self.depth}"
        return f"{costs} ({described(self.choices)})"


@dataclass(frozen=True)
class SpaceReport:
    """Size, cost and feasible share of a space, for images of one shape."""

    name: str
    input_shape: Shape
    classes: int
    structures: Count  # combinations of all choices but the width
    genomes: Count  # combinations with their widths that meet the budget
    distinct: tuple[int, int]  # different networks among random draws whose choices differ, of how many
    continuous: tuple[str, ...]  # choices from a range of numbers with fractions: each counts as one option
    feasible: dict[int, tuple[int, int]]  # blocks in all stages together -> structures that fit, of how many
    cheapest: Example | None
    dearest: Example | None
    use: dict[str, tuple[float, float, float]]  # share of each limit that random genomes use: least, median, most

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        data = dataclasses.asdict(self)
        data["input_shape"], data["continuous"] = list(self.input_shape), list(self.continuous)
        data["distinct"] = {"distinct": self.distinct[0], "of": self.distinct[1]}
        data["feasible"] = [
            {"blocks": blocks, "fit": fit, "of": of, "share": fit / of} for blocks, (fit, of) in self.feasible.items()
        ]
        data["use"] = {limit: dict(zip(("min", "median", "max"), shares, strict=True)) for limit, shares in self.use.items()}
        return data

    def text(self) -> str:
        """A few lines for a person."""
        shape = "x".join(map(str, self.input_shape))
        different, of = self.distinct
        lines = [
            f"space       {self.name}, for images of {shape} in {self.classes} classes",
            f"structures  {self.structures}, which is all choices but the width",
            f"genomes     {self.genomes} that meet the budget; {different} different networks in {of} random draws",
        ]
        if self.continuous:
            lines.append(f"            {', '.join(self.continuous)}: any number of a range, counted as one")
        fit, of = (sum(column) for column in zip(*self.feasible.values(), strict=True))
        lines.append(f"feasible    {fit / of:.1%} of {of:,} structures {'in all' if self.genomes.exact else 'drawn at random'}")
        lines += [f"  {blocks:>7} blocks {fit / of:7.1%} of {of:,}" for blocks, fit, of in _rows(self.feasible)]
        for limit, shares in self.use.items():
            least, middle, most = (f"{share:.1%}" for share in shares)
            lines.append(f"use         of {limit}: {least} to {most}, median {middle}")
        if self.cheapest is not None and self.dearest is not None:
            lines += [f"cheapest    {self.cheapest}", f"dearest     {self.dearest}"]
        return "\n".join(lines)


def _rows(feasible: dict[int, tuple[int, int]]) -> list[tuple[str, int, int]]:
    """At most a dozen rows: neighbouring depths are put together where there are more."""
    depths = list(feasible)
    size = -(-len(depths) // 12)
    rows = []
    for start in range(0, len(depths), size):
        part = depths[start : start + size]
        name = str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}"
        rows.append((name, sum(feasible[depth][0] for depth in part), sum(feasible[depth][1] for depth in part)))
    return rows
