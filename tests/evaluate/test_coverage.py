"""Which networks of a space a table has: said, or refused, before a search is started."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nas.errors import DocumentError
from nas.evaluate.coverage import DRAWS, covered
from nas.space import SearchSpace, load
from nas.space.cell import CellSpace
from nas.space.drawing import RandomTrial, every

SPACE = """\
name: cells
kind: cell
data: {name: digits}
network: {cell: {nodes: 3, ops: [none, skip_connect, nor_conv_1x1]}, stages: [4], repeats: 1}
evaluator: table:mine.csv
train: {epochs: 3}
"""
EDGES = ("edge0-1", "edge0-2", "edge1-2")
OPS = ("none", "skip_connect", "nor_conv_1x1")
Make = Callable[..., SearchSpace]


def rows(*ops: str, keep: Callable[[int], bool] = lambda number: True) -> list[str]:
    """A row of the table for each cell of these operations."""
    cells = [(a, b, c) for a in ops for b in ops for c in ops]
    return [f"{','.join(cell)},0.5" for number, cell in enumerate(cells) if keep(number)]


@pytest.fixture
def celled(tmp_path: Path) -> Make:
    """The space with a table of these lines, and overrides."""

    def make(*lines: str, head: str = ",".join([*EDGES, "error_3"]), overrides: tuple[str, ...] = ()) -> SearchSpace:
        (tmp_path / "cells.yaml").write_text(SPACE)
        (tmp_path / "mine.csv").write_text("\n".join([head, *lines]) + "\n")
        return load(tmp_path / "cells.yaml", overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)

    return make


def kind(space: SearchSpace) -> CellSpace:
    assert isinstance(space.kind, CellSpace)
    return space.kind


def cells(space: SearchSpace) -> set[tuple[str, ...]]:
    return {tuple(drawn.choices.values()) for drawn in every(space.draw)}


def test_a_table_of_all_cells_changes_nothing(celled: Make) -> None:
    space = celled(*rows(*OPS))
    found = covered(space)
    assert (found.space, found.lines, found.warnings) == (space, (), ())


def test_a_space_is_narrowed_to_the_operations_of_the_table_and_that_is_told(celled: Make) -> None:
    found = covered(celled(*rows("skip_connect", "nor_conv_1x1")))
    assert len(cells(found.space)) == 2**3
    assert {op for cell in cells(found.space) for op in cell} == {"skip_connect", "nor_conv_1x1"}
    assert found.lines == ("table      8 of 27 cells are searched: mine.csv has no 'none'",)
    assert found.space.file.network == kind(found.space).network  # what a run writes down, and so is resumed with


def test_each_edge_is_narrowed_by_itself(celled: Make) -> None:
    found = covered(celled("none,skip_connect,none,0.5", "skip_connect,skip_connect,none,0.4"))
    assert cells(found.space) == {("none", "skip_connect", "none"), ("skip_connect", "skip_connect", "none")}


def test_an_edge_of_which_the_table_has_no_operation_is_refused(celled: Make) -> None:
    with pytest.raises(DocumentError) as caught:
        covered(celled(*rows("skip_connect", "nor_conv_1x1"), overrides=("network.cell.edges.edge0-2=none",)))
    assert str(caught.value) == (
        "--set network.cell.edges.edge0-2: edge0-2 is none of none in mine.csv; it is nor_conv_1x1, skip_connect"
    )


def test_a_table_of_other_edges_is_refused(celled: Make) -> None:
    with pytest.raises(
        DocumentError, match=r":5:12: evaluator: mine\.csv is of cells of edge0-1; this space has edge0-1, edge0-2"
    ):
        covered(celled("none,0.5", head="edge0-1,error_3"))


def test_a_table_without_the_epochs_is_refused(celled: Make) -> None:
    with pytest.raises(DocumentError, match=r"--set train\.epochs: must be one of 3, as mine\.csv has it, got 9"):
        covered(celled(*rows(*OPS), overrides=("train.epochs=9",)))


@pytest.mark.parametrize("metric", ["error", "accuracy", "params", "depth"])
def test_an_objective_may_be_a_result_its_counterpart_or_a_cost(metric: str, celled: Make) -> None:
    covered(celled(*rows(*OPS), overrides=(f"objectives=[{metric}]",)))


def test_an_objective_that_the_table_lacks_is_refused(celled: Make) -> None:
    with pytest.raises(
        DocumentError, match=r"objectives\.1: 'latency_ms' is not among the results of mine\.csv; known: accuracy, "
    ):
        covered(celled(*rows(*OPS), overrides=("objectives=[error, latency_ms]",)))


def test_a_table_of_another_skeleton_is_refused(celled: Make) -> None:
    lines = [f"{line},1" for line in rows(*OPS)]
    with pytest.raises(
        DocumentError, match=r"evaluator: this network has 1 params in mine\.csv and [\d,]+ here: the table is of"
    ):
        covered(celled(*lines, head=",".join([*EDGES, "error_3", "params"])))


def test_a_table_with_gaps_is_searched_with_a_warning(celled: Make) -> None:
    (warning,) = covered(celled(*rows(*OPS, keep=lambda number: number % 2 == 0))).warnings
    assert warning.startswith("mine.csv lacks ") and warning.endswith(
        " of 12 random networks of this space; trials of such networks fail"
    )


def test_a_table_that_has_none_of_the_networks_that_are_looked_up_is_refused(celled: Make) -> None:
    every_row = rows(*OPS)
    drawn = {",".join(celled(*every_row).draw(RandomTrial(seed)).choices.values()) for seed in range(DRAWS)}
    lacking = r"evaluator: of 12 random networks of this space mine\.csv has none, such as edge0-1 \w+, edge0-2 \w+"
    with pytest.raises(DocumentError, match=lacking):
        covered(celled(*(row for row in every_row if row.rpartition(",")[0] not in drawn)))


def test_nas_bench_201_is_five_operations_on_six_edges_and_its_shipped_table_has_three_of_them() -> None:
    space = load("nasbench201")
    assert kind(space).network.cell.ops == ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    found = covered(space)
    assert found.lines == ("table      729 of 15,625 cells are searched: nasbench201-tiny.npz has no 'avg_pool_3x3', 'none'",)
    assert found.warnings == ()
