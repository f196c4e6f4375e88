"""Fractal connectivity: which columns meet where."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.motif import BlockOptions, Connectivity, Stage, Staged, Stem, blocks, compose
from nas.motif.fractal import fractal


def network(columns: int, block: str = "basic", *, widths: tuple[int, ...] = (8,), depth: int = 1) -> Genome:
    options = BlockOptions(columns=columns)
    stages = tuple(Stage(depth, width, blocks.get(block), Connectivity(fractal), options) for width in widths)
    return compose(Staged(Stem(8), stages), input_shape=(3, 8, 8), classes=5).genome()


def joins(genome: Genome) -> list[tuple[str, tuple[int, ...]]]:
    return [(node.name, node.op.columns) for node in genome.nodes if isinstance(node.op, ops.FractalJoin)]


def test_the_columns_of_a_fractal_meet_as_the_paper_draws_it() -> None:
    # Figure 1 of arXiv:1605.07648, four columns: the two deepest meet behind every second unit, three behind every
    # fourth, all behind the eighth.
    found = joins(network(4))
    assert found == [
        ("stage1/block1/join2", (2, 3)),
        ("stage1/block1/join4", (1, 2, 3)),
        ("stage1/block1/join6", (2, 3)),
        ("stage1/block1/join8", (0, 1, 2, 3)),
    ]


def test_a_join_averages_what_its_columns_end_with_and_feeds_them_all() -> None:
    genome = network(3)
    at = "stage1/block1/"
    assert genome[at + "join2"].inputs == (at + "column2/unit1/act", at + "column3/unit2/act")
    assert genome[at + "join4"].inputs == (at + "column1/unit1/act", at + "column2/unit2/act", at + "column3/unit4/act")
    assert genome[at + "column3/unit3/conv1"].inputs == genome[at + "column2/unit2/conv1"].inputs == (at + "join2",)
    assert genome[at + "column1/unit1/conv1"].inputs == ("stem/act",)
    assert genome[at + "join4"].op == ops.FractalJoin((0, 1, 2), of=3)


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_a_fractal_has_paths_of_every_power_of_two(columns: int) -> None:
    # Section 3: column c is 2^(c - 1) units deep, and f_C has 2^C - 1 of them; a basic block is two layers.
    genome = network(columns)
    assert genome.depth == 2 * 2 ** (columns - 1) + 2
    units = [node for node in genome.nodes if node.name.endswith("/conv2")]
    assert len(units) == 2**columns - 1
    # f_1 has one path and f_(c+1) as many as f_c twice over, squared, and one more: 1, 2, 5, 26, 677.
    assert sum(genome.path_lengths().values()) == (1, 2, 5, 26, 677)[columns - 1]


def test_one_column_is_a_block_by_itself() -> None:
    assert joins(network(1)) == []


def test_the_first_unit_of_each_column_changes_the_shape() -> None:
    genome = network(3, widths=(8, 12), depth=2)
    changed = [node.name for node in genome.nodes if isinstance(node.op, ops.Conv2d) and node.op.stride == (2, 2)]
    assert sorted(changed) == [f"stage2/block1/column{column}/unit1/conv1" for column in (1, 2, 3)]
    assert genome.shapes["stage2/block1/join4"] == genome.shapes["stage2/block2/join4"] == (12, 4, 4)


def test_nothing_is_activated_in_front_of_the_joins_of_preactivated_blocks() -> None:
    genome = network(2, "preact")
    assert genome["stage1/block1/join2"].inputs == ("stage1/block1/column1/unit1/conv2", "stage1/block1/column2/unit2/conv2")
    assert genome["stage1/block1/column2/unit2/norm0"].inputs == ("stage1/block1/column2/unit1/conv2",)


@pytest.mark.parametrize("columns", [0, 11])
def test_a_number_of_columns_that_no_one_could_train_is_refused(columns: int) -> None:
    with pytest.raises(GenomeError, match=f"a fractal has 1 to 10 columns, got {columns}"):
        network(columns)
