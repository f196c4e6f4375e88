"""What a space of edits holds: what it starts from, how many edits there are, and what random networks of it cost."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from statistics import median
from typing import Any

from nas.edit import edits
from nas.errors import OverBudget, SpaceError
from nas.genome import Genome, Shape
from nas.space.drawing import RandomTrial
from nas.space.edits import LIMITS, EditsSpace

DRAWS = 60


@dataclass(frozen=True)
class EditsReport:
    """The start of a space of edits, its edits, and what random draws cost."""

    name: str
    start: str
    input_shape: Shape
    classes: int
    costs: dict[str, int]  # of the start, fitted to the images
    sites: dict[str, int]  # kind of edit -> places where the start can be changed
    most: int  # edits of one network
    distinct: int  # different networks among the draws
    fit: tuple[int, int]  # draws that meet the budget, of how many
    drawn: dict[str, tuple[int, float, int]]  # what the draws cost: least, median, most

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        data = dataclasses.asdict(self)
        data["input_shape"] = list(self.input_shape)
        data["fit"] = {"fit": self.fit[0], "of": self.fit[1]}
        data["drawn"] = {limit: dict(zip(("min", "median", "max"), costs, strict=True)) for limit, costs in self.drawn.items()}
        return data

    def text(self) -> str:
        """A few lines for a person."""
        shape = "x".join(map(str, self.input_shape))
        fit, of = self.fit
        lines = [
            f"space       {self.name}, for images of {shape} in {self.classes} classes",
            f"start       {self.start}: {', '.join(f'{value:,} {name}' for name, value in self.costs.items())}",
            f"edits       up to {self.most} of: {', '.join(f'{kind} ({count:,} places)' for kind, count in self.sites.items())}",
            f"feasible    {fit / of:.1%} of {of} random draws; {self.distinct} different networks",
        ]
        for limit, (least, middle, highest) in self.drawn.items():
            lines.append(f"cost        {limit}: {least:,} to {highest:,}, median {middle:,.0f}")
        return "\n".join(lines)


def check_edits(kind: EditsSpace, *, name: str, where: str) -> EditsReport:
    """Look at a space of edits; `SpaceError` where no draw meets the budget."""
    found: list[Genome] = []
    over: OverBudget | None = None
    for seed in range(DRAWS):
        try:
            found.append(kind.draw(RandomTrial(seed)).genome)
        except OverBudget as error:
            over = error
    if not found:
        raise SpaceError(f"{where}: budget: no genome of '{name}' meets it, of {DRAWS} that were tried: {over}")
    columns = {limit: [getattr(genome, limit) for genome in found] for limit in LIMITS}
    return EditsReport(
        name=name,
        start=kind.network.start,
        input_shape=kind.input_shape,
        classes=kind.classes,
        costs={limit: getattr(kind.start, limit) for limit in LIMITS},
        sites={each: len(edits.get(each)(kind.start)) for each in kind.network.kinds},
        most=kind.network.edits,
        distinct=len({genome.fingerprint for genome in found}),
        fit=(len(found), DRAWS),
        drawn={limit: (min(costs), median(costs), max(costs)) for limit, costs in columns.items()},
    )
