"""A table of all networks of NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326), and the space that they are drawn from.

One npz, a row for each cell: `ops`, uint8 (networks, 6), the operation of each edge in the order 0-1, 0-2, 1-2, 0-3, 1-3,
2-3, as a place in `op_names`; `val_acc_200`, the validation accuracy in percent after 200 epochs. Where there are two
fidelities or objectives: `acc_12` (networks, columns) after a training of 12 epochs, of its `acc_12_columns` the one that
ends with `_val`; `latency_ms` (networks, devices) with `latency_devices`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import nas
from nas.genome import Genome, Shape
from nas.motif.cell import Cells, compose_cells, edges_of
from nas.space import SearchSpace
from nas.space.cell import CellSpace
from nas.space.choice import Suggests
from nas.space.kind import Drawn
from nas.strategy.surrogate import drawing, features

EDGES = edges_of(4)
KEPT = 16_384  # genomes in a process, of 0.12 MB each


@dataclass(frozen=True)
class Table:
    """Arrays by code, which is the six operations as the digits of one number."""

    names: tuple[str, ...]
    accuracy: np.ndarray  # percent, after 200 epochs
    function: np.ndarray  # the first code of the same function
    early: np.ndarray | None  # percent, after 12 epochs
    latency_ms: dict[str, np.ndarray]  # by device
    space: SearchSpace

    @property
    def error(self) -> np.ndarray:
        """Shares from 0 to 1, as a search is told them."""
        return np.round(1 - self.accuracy / 100, 6)

    def code(self, edges: Mapping[str, str]) -> int:
        """The code of a cell."""
        code = 0
        for edge in EDGES:
            code = code * len(self.names) + self.names.index(edges[edge])
        return code

    def edges(self, code: int) -> dict[str, str]:
        """The cell of a code."""
        digits = np.base_repr(code, len(self.names)).zfill(len(EDGES))
        return {edge: self.names[int(digit)] for edge, digit in zip(EDGES, digits, strict=True)}

    def flat(self, trial: Any) -> int:
        """Draw the code from six categorical choices, without a genome: what a peer is given."""
        return self.code({edge: trial.suggest_categorical(edge, self.names) for edge in EDGES})


@lru_cache(maxsize=1)
def table_of(path: Path) -> Table:
    """The table in a file, read once in a process."""
    with np.load(path, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files if name != "arch_str"}
    names = tuple(str(name) for name in arrays["op_names"])
    codes = arrays["ops"].astype(int) @ len(names) ** np.arange(len(EDGES) - 1, -1, -1)
    if sorted(codes) != list(range(len(names) ** len(EDGES))):
        raise SystemExit(f"{path}: needs a row for each of the {len(names) ** len(EDGES):,} cells, got {len(codes):,}")
    order = np.argsort(codes)
    early = None
    if "acc_12" in arrays:
        column = [str(name).endswith("_val") for name in arrays["acc_12_columns"]].index(True)
        early = _decimal(arrays["acc_12"][order, column])
    devices = [str(name) for name in arrays.get("latency_devices", ())]
    latency = {name: _decimal(arrays["latency_ms"][order, place]) for place, name in enumerate(devices)}
    table = Table(names, _decimal(arrays["val_acc_200"][order]), np.zeros(0), early, latency, _space())
    return replace(table, function=_functions(table))


def _decimal(values: np.ndarray) -> np.ndarray:
    """91.57 and not 91.56999969."""
    return np.round(values.astype(np.float64), 4)


def _functions(table: Table) -> np.ndarray:
    """Which networks compute the same, by the fingerprint of a network of one narrow cell."""
    first: dict[str, int] = {}
    found = np.zeros(len(table.accuracy), dtype=int)
    for code in range(len(found)):
        cells = Cells(table.edges(code), widths=(4,), repeats=1)
        genome = compose_cells(cells, input_shape=(3, 8, 8), classes=10).genome()
        found[code] = first.setdefault(genome.fingerprint, code)
    return found


def _space() -> SearchSpace:
    space = nas.load("nasbench201")
    assert isinstance(space.kind, CellSpace)
    return replace(space, kind=Cached(space.kind))


class Cached:
    """A space of cells that makes each genome once in a process, so that a hundred seeds share them."""

    def __init__(self, kind: CellSpace) -> None:
        self.kind = kind
        self._genome: Callable[[tuple[tuple[str, str], ...]], Genome] = lru_cache(maxsize=KEPT)(lambda e: kind.genome(dict(e)))

    @property
    def input_shape(self) -> Shape:
        return self.kind.input_shape

    @property
    def classes(self) -> int:
        return self.kind.classes

    def bound(self, *, input_shape: Shape, classes: int) -> Cached:
        return Cached(self.kind.bound(input_shape=input_shape, classes=classes))

    def draw(self, trial: Suggests) -> Drawn:
        edges = self.kind.edges(trial)
        return Drawn(edges, self._genome(tuple(edges.items())))

    def sketch(self, trial: Suggests) -> str:
        return self.kind.sketch(trial)


def _described(genome: Genome, params: Mapping[str, Any], distributions: Mapping[str, Any]) -> features.Item:
    """What the surrogate sees of a network, kept with the genome that all seeds of a process share."""
    found = vars(genome).get("_item")
    if found is None:
        found = vars(genome)["_item"] = features.described(genome, params, distributions)
    return replace(found, params=params, distributions=distributions)


drawing.described = _described  # the features are the same; a hundred seeds need not work them out a hundred times


def write(table: Table, path: Path) -> None:
    """The same as a table that `evaluator: table:FILE` reads: the cell, and the errors after 12 and 200 epochs."""
    cells = [table.edges(code) for code in range(len(table.accuracy))]
    columns = {edge: np.array([cell[edge] for cell in cells]) for edge in EDGES}
    errors = {"error_200": table.error}
    if table.early is not None:
        errors["error_12"] = np.round(1 - table.early / 100, 6)
    np.savez(path, **columns, **errors)
