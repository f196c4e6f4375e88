"""What a space of cells holds: how many, which of them meet the budget, and how many are different networks."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from nas.errors import OverBudget, SpaceError
from nas.genome import Genome, Shape
from nas.motif import Cost
from nas.space.cell import CellSpace
from nas.space.choice import options_of
from nas.space.drawing import RandomTrial
from nas.space.kind import Values
from nas.space.report import Count, Example

COSTED = 20_000  # cells that are costed one by one; of more, so many random ones
DRAWS = 60


@dataclass(frozen=True)
class CellsReport:
    """The cells of a space, what they cost, and how many of some random draws differ."""

    name: str
    input_shape: Shape
    classes: int
    stages: tuple[int, ...]
    repeats: int
    options: dict[str, list[str]]  # of each edge
    cells: int  # all combinations
    genomes: Count  # those that meet the limits on params, macs and activations
    distinct: tuple[int, int]  # different networks among random draws within the budget, of how many
    cheapest: Example
    dearest: Example

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        data = dataclasses.asdict(self)
        data["input_shape"], data["stages"] = list(self.input_shape), list(self.stages)
        data["distinct"] = {"distinct": self.distinct[0], "of": self.distinct[1]}
        return data

    def text(self) -> str:
        """A few lines for a person."""
        shape = "x".join(map(str, self.input_shape))
        widths = ", ".join(map(str, self.stages))
        different, of = self.distinct
        return "\n".join(
            [
                f"space       {self.name}, for images of {shape} in {self.classes} classes",
                f"skeleton    {len(self.stages)} stages of {self.repeats} cells, {widths} channels wide",
                f"cells       {self.cells:,}: {', '.join(f'{edge} {len(ops)}' for edge, ops in self.options.items())}",
                f"genomes     {self.genomes} that meet the budget; {different} different networks in {of} random draws",
                f"cheapest    {self.cheapest}",
                f"dearest     {self.dearest}",
            ]
        )


def check_cells(kind: CellSpace, *, name: str, where: str) -> CellsReport:
    """Look at a space of cells; `SpaceError` where none meets the budget, as far as they were looked at."""
    options = {edge: options_of(position) for edge, position in kind.positions.items()}
    number = prod(len(ops) for ops in options.values())
    listed = number <= COSTED
    costed = [(edges, kind.cost(edges)) for edges in (_every(options) if listed else _some(options))]
    fitting = sorted((pair for pair in costed if kind.excess(pair[1]) <= 0), key=lambda pair: pair[1])
    drawn, over = _drawn(kind)
    if not fitting or not drawn:
        raise SpaceError(f"{where}: budget: no genome of '{name}' meets it, of {len(costed):,} cells that were tried: {over}")
    return CellsReport(
        name=name,
        input_shape=kind.input_shape,
        classes=kind.classes,
        stages=kind.network.stages,
        repeats=kind.network.repeats,
        options=options,
        cells=number,
        genomes=Count(len(fitting) * number / len(costed), listed),
        distinct=(len({genome.fingerprint for genome in drawn}), len(drawn)),
        cheapest=_example(kind, *fitting[0]),
        dearest=_example(kind, *fitting[-1]),
    )


def _every(options: dict[str, list[str]]) -> Iterable[Values]:
    return (dict(zip(options, ops, strict=True)) for ops in product(*options.values()))


def _some(options: dict[str, list[str]]) -> Iterable[Values]:
    draw = random.Random(0)
    return ({edge: draw.choice(ops) for edge, ops in options.items()} for _ in range(COSTED))


def _drawn(kind: CellSpace) -> tuple[list[Genome], OverBudget | None]:
    found, over = [], None
    for seed in range(DRAWS):
        try:
            found.append(kind.draw(RandomTrial(seed)).genome)
        except OverBudget as error:
            over = error
    return found, over


def _example(kind: CellSpace, edges: Values, cost: Cost) -> Example:
    return Example(edges, cost.params, cost.macs, cost.activations, kind.genome(edges).depth)
