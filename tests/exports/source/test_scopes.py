"""Scopes that wait for one another are taken apart so that each can be called once."""

from __future__ import annotations

import sys
from pathlib import Path

from nas import zoo
from nas.exports.source.scopes import Scope, outline
from nas.genome import Genome, Node, ops

sys.path.insert(0, str(Path(__file__).parent))

from reading import difference, text_of


def found(scope: Scope, *path: str) -> Scope:
    for end in range(1, len(path) + 1):
        scope = next(each for each in scope.scopes if each.path == path[:end])
    return scope


def names(scope: Scope) -> list[str]:
    return [step.name for step in scope.steps]


def test_what_joins_two_lines_behind_their_mean_moves_up_to_the_block() -> None:
    block = found(outline(zoo.dmrnet(depth=14)).root, "stage2", "block1")
    left, _ = block.scopes
    inner = ["conv1", "norm1", "act1", "conv2", "norm2", "project", "project_norm"]
    joins = [f"stage2/block1/{side}/{name}" for side in ("left", "right") for name in ("sum", "act")]
    assert names(left) == [f"stage2/block1/left/{name}" for name in inner]
    assert names(block) == ["stage2/block1/mean", *joins]


def test_a_column_that_meets_others_on_its_way_is_opened() -> None:
    block = found(outline(zoo.fractalnet(columns=3)).root, "block1")
    units = [*[("column3", f"unit{number}") for number in (1, 2, 3, 4)], ("column2", "unit1"), ("column2", "unit2")]
    assert {scope.path[1:] for scope in block.scopes} == {("column1",), *units}


def test_a_scope_without_layers_is_no_module() -> None:
    genome = Genome(
        [
            Node("input", ops.Input((2, 4, 4))),
            Node("cell/skip/identity", ops.Identity(), ("input",)),
            Node("cell/pool/avg", ops.AvgPool2d(3, 1, 1), ("cell/skip/identity",)),
            Node("conv", ops.Conv2d(2), ("cell/pool/avg",)),
            Node("output", ops.Output(), ("conv",)),
        ]
    )
    root = outline(genome).root
    assert root.scopes == [] and {*names(root)} == {"conv", "cell/pool/avg"}


def test_two_scopes_that_feed_each_other_without_a_way_through_either_are_opened() -> None:
    genome = Genome(
        [
            Node("input", ops.Input((2, 4, 4))),
            Node("a/one", ops.Conv2d(2), ("input",)),
            Node("b/one", ops.Conv2d(2), ("input",)),
            Node("b/two", ops.Conv2d(2), ("a/one",)),
            Node("a/two", ops.Conv2d(2), ("b/one",)),
            Node("sum", ops.Add(), ("a/two", "b/two")),
            Node("output", ops.Output(), ("sum",)),
        ]
    )
    text = text_of(genome)
    assert 'self.a["one"](x)' in text and 'self.b["two"](' in text
    assert difference(genome, text) < 1e-6
