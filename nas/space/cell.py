"""The space of cells: a fixed skeleton, and of each edge of its cell which operation it is.

NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326) and the like. What a cell costs is a sum over its edges, so a budget
is checked before a network is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from nas.complaint import InnerError
from nas.errors import OverBudget, nearest
from nas.genome import Genome, Shape
from nas.motif import Builder, Cost
from nas.motif.cell import Cells, compose_cells, edge_ops, edges_of
from nas.space.choice import Choice, OneOf, Suggests, WholeNumber, options_of
from nas.space.kind import Drawn, Values, described
from nas.space.settings import BudgetSettings, Settings

OF_EDGES = ("params", "macs", "activations")


def _known(name: str) -> str:
    edge_ops.get(name)
    return name


def _kind(value: Any) -> str:
    return "choice" if isinstance(value, dict | OneOf) else "value"


OpName = Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": edge_ops.names()})]
EdgePosition = Annotated[
    Annotated[OpName, Tag("value")] | Annotated[OneOf[OpName], Tag("choice")],
    Discriminator(_kind),
]


class CellShape(Settings):
    """The graph that is searched: each node is the sum of what the edges from all nodes before it bring."""

    nodes: int = Field(default=4, ge=2, le=8, description="of a cell, its input counted")
    ops: tuple[OpName, ...] = Field(
        default=("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"),
        min_length=1,
        description="what an edge may be",
    )
    edges: dict[str, EdgePosition] = Field(
        default={}, description="edges that are no choice among all ops, such as {edge0-1: none, edge1-2: {choice: [none]}}"
    )

    @model_validator(mode="after")
    def _consistent(self) -> CellShape:
        if len(set(self.ops)) < len(self.ops):
            raise InnerError(("ops",), f"must differ, got {', '.join(self.ops)}")
        known = edges_of(self.nodes)
        for edge, position in self.edges.items():
            if edge not in known:
                raise InnerError(("edges", edge), f"a cell of {self.nodes} nodes has no '{edge}'{nearest(edge, known)}")
            if isinstance(position, Choice) and (position.when or position.each != "network"):
                name = "when" if position.when else "each"
                raise InnerError(("edges", edge, name), "is of stages alone; an edge is drawn once in a trial")
        return self

    def position(self, edge: str) -> Any:
        """What an edge may be: a value or a choice."""
        return self.edges.get(edge, OneOf[str](choice=self.ops))


class CellSettings(Settings):
    """A cell, and the skeleton that repeats it."""

    cell: CellShape = CellShape()
    stages: tuple[WholeNumber, ...] = Field(
        default=(16, 32, 64), min_length=1, max_length=16, description="channels of each; all but the first halve the resolution"
    )
    repeats: int = Field(default=5, ge=1, le=100, description="cells in each stage")


@dataclass(frozen=True)
class CellSpace:
    """Draws networks of cells for one shape of input."""

    network: CellSettings
    budget: BudgetSettings
    input_shape: Shape
    classes: int
    _added: dict[str, Cost] = field(default_factory=dict, repr=False, compare=False)

    @property
    def positions(self) -> dict[str, Any]:
        """Each edge with its value or choice, in the order in which they are drawn."""
        return {edge: self.network.cell.position(edge) for edge in edges_of(self.network.cell.nodes)}

    def bound(self, *, input_shape: Shape, classes: int) -> CellSpace:
        """For these images; `InnerError` where the stages would shrink them below one pixel."""
        room = 1 + (min(input_shape[1:]) - 1).bit_length()
        if len(self.network.stages) > room:
            size = f"{input_shape[1]}x{input_shape[2]}"
            text = f"{len(self.network.stages)} stages halve a {size} image below one pixel; at most {room} fit"
            raise InnerError(("network", "stages"), text)
        return replace(self, input_shape=input_shape, classes=classes, _added={})

    def draw(self, trial: Suggests) -> Drawn:
        """A genome and the operation of each edge, the fixed ones too; `OverBudget` where it costs too much."""
        edges = self.edges(trial)
        self._check(self.cost(edges))
        genome = self.genome(edges)
        limit = self.budget.depth
        if limit is not None and genome.depth > limit:
            raise OverBudget(f"it is {genome.depth} weighted layers deep (limit {limit})", excess=genome.depth / limit - 1)
        return Drawn(edges, genome)

    def edges(self, trial: Suggests) -> Values:
        """The operation of each edge."""
        return {
            edge: position.draw(trial, edge) if isinstance(position, OneOf) else position
            for edge, position in self.positions.items()
        }

    def sketch(self, trial: Suggests) -> str:
        """The cell that a trial draws, in words."""
        return described(self.edges(trial))

    def genome(self, edges: Mapping[str, str]) -> Genome:
        """The whole network of a cell, whatever the budget."""
        return self._composed(edges).genome()

    def _composed(self, edges: Mapping[str, str]) -> Builder:
        skeleton = self.network
        plan = Cells(edges, skeleton.cell.nodes, skeleton.stages, skeleton.repeats)
        return compose_cells(plan, input_shape=self.input_shape, classes=self.classes)

    def cost(self, edges: Mapping[str, str]) -> Cost:
        """What the network of a cell costs: that of a cell of nothing, and what each edge adds.

        All nodes of a cell have one shape, so an operation adds the same at each edge.
        """
        if not self._added:
            names = {op for position in self.positions.values() for op in options_of(position)}
            nothing = self._alike("none")
            for op in names:
                more = zip(self._alike(op), nothing, strict=True)
                self._added[op] = Cost(*((all_edges - none) // len(self.positions) for all_edges, none in more))
            self._added[""] = nothing
        return Cost(*(sum(column) for column in zip(self._added[""], *(self._added[op] for op in edges.values()), strict=True)))

    def _alike(self, op: str) -> Cost:
        """Of the cell that is this operation at every edge."""
        b = self._composed(dict.fromkeys(self.positions, op))
        return Cost(b.params, b.macs, b.activations)

    def excess(self, cost: Cost) -> float:
        """The largest cost over its limit, minus 1."""
        return max([getattr(cost, limit) / most for limit, most in self._limits()], default=0.0) - 1

    def _limits(self) -> list[tuple[str, int]]:
        return [(name, most) for name in OF_EDGES if (most := getattr(self.budget, name)) is not None]

    def _check(self, cost: Cost) -> None:
        if self.excess(cost) > 0:
            costs = [f"{limit} {getattr(cost, limit):,} (limit {most:,})" for limit, most in self._limits()]
            raise OverBudget(f"it costs {', '.join(costs)}", excess=self.excess(cost))
