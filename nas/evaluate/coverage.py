"""Which networks of a search space a table has results of, seen before a search is started.

A table may be of a part of a space of cells: the space is narrowed to the operations that the table knows, and the plan
says so. What it cannot know (no results after so many epochs, no such objective, another skeleton) is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod

from nas.errors import InputError, OverBudget, nearest
from nas.evaluate.table import SHARES, Table, load_table
from nas.genome import Genome
from nas.space import SearchSpace
from nas.space.cell import CellShape, CellSpace
from nas.space.choice import options_of
from nas.space.drawing import RandomTrial
from nas.space.settings import COSTS

DRAWS = 12  # random networks that are looked up


@dataclass(frozen=True)
class Coverage:
    """A space as far as a table covers it, and what a person is told about that."""

    space: SearchSpace
    lines: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def covered(space: SearchSpace) -> Coverage:
    """The part of a space that its table has results of.

    Raises `DocumentError` at the place in the file where there is none.
    """
    table = load_table(space.file.evaluator.partition(":")[2])
    _check_metrics(space, table)
    found, lines = _narrowed(space, table)
    return Coverage(found, tuple(lines), tuple(_looked_up(found, table)))


def _check_metrics(space: SearchSpace, table: Table) -> None:
    """See that the table has results after so many epochs, and the objectives among them."""
    file, document = space.file, space.document
    if table.curves and file.train.epochs not in table.curves:
        known = ", ".join(map(str, table.curves))
        raise document.error(("train", "epochs"), f"must be one of {known}, as {table.name} has it, got {file.train.epochs}")
    given = {*table.columns, *table.curves.get(file.train.epochs, ())}
    given |= {SHARES[name] for name in given if name in SHARES} | set(COSTS)
    for place, objective in enumerate(file.objectives):
        if objective.metric not in given:
            text = f"'{objective.metric}' is not among the results of {table.name}{nearest(objective.metric, given)}"
            raise document.error(("objectives", place), text)


def _narrowed(space: SearchSpace, table: Table) -> tuple[SearchSpace, list[str]]:
    """A space of cells with those operations of each edge that the table knows there."""
    kind = space.kind
    if not isinstance(kind, CellSpace) or table.keys == ("fingerprint",):
        return space, []
    kept = _kept(space, kind, table)
    unknown = {edge: set(options_of(kind.positions[edge])) - set(known) for edge, known in kept.items()}
    edges = {edge: {"choice": kept[edge]} for edge, ops in unknown.items() if ops}
    if not edges:
        return space, []
    own = kind.network.cell
    cell = CellShape.model_validate({**dict(own), "edges": {**own.edges, **edges}})
    network = kind.network.model_copy(update={"cell": cell})
    narrow = replace(kind, network=network, _added={})
    without = ", ".join(f"'{op}'" for op in sorted(set[str]().union(*unknown.values())))
    line = f"{'table':<11}{_size(narrow):,} of {_size(kind):,} cells are searched: {table.name} has no {without}"
    file = space.file.model_copy(update={"network": network})
    return replace(space, file=file, kind=narrow), [line]


def _kept(space: SearchSpace, kind: CellSpace, table: Table) -> dict[str, list[str]]:
    """Of each edge the operations that the table knows there; an error where it knows none."""
    document, positions = space.document, kind.positions
    if set(table.keys) != set(positions):
        text = f"{table.name} is of cells of {', '.join(table.keys)}; this space has {', '.join(positions)}"
        raise document.error(("evaluator",), text)
    kept = {}
    for place, edge in enumerate(table.keys):
        known, options = {key[place] for key in table.rows}, options_of(positions[edge])
        kept[edge] = [op for op in options if op in known]
        if not kept[edge]:
            text = f"{edge} is none of {', '.join(options)} in {table.name}; it is {', '.join(sorted(known))}"
            raise document.error(("network", "cell", "edges", edge), text)
    return kept


def _size(kind: CellSpace) -> int:
    return prod(len(options_of(position)) for position in kind.positions.values())


def _looked_up(space: SearchSpace, table: Table) -> list[str]:
    """Look some random networks up; a warning where some are lacking, an error where all are."""
    drawn = list(_draws(space))
    try:
        lacking = [genome for genome in drawn if table.find(genome) is None]
    except InputError as error:  # of other cells or costs
        raise space.document.error(("evaluator",), str(error)) from None
    if not lacking:
        return []
    if len(lacking) == len(drawn):
        text = f"of {len(drawn)} random networks of this space {table.name} has none, such as {table.named(lacking[0])}"
        raise space.document.error(("evaluator",), text)
    return [f"{table.name} lacks {len(lacking)} of {len(drawn)} random networks of this space; trials of such networks fail"]


def _draws(space: SearchSpace) -> Iterator[Genome]:
    for seed in range(DRAWS):
        with suppress(OverBudget):
            yield space.genome(RandomTrial(seed))
