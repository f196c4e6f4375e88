"""Which blocks a genome has, what passes them by, and which cannot go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.edit.blocks import GenomeBlock, blocks, passes_on, skips
from nas.genome import Genome, ops
from nas.motif import Builder
from nas.zoo import find

FOUR = ["stage1/block1", "stage1/block2", "stage2/block1", "stage2/block2"]


@pytest.mark.parametrize("connect", ["residual", "merge-and-run", "dense", "fractal", "fused", "highway", "multi-residual"])
def test_every_block_that_a_line_passes_by_can_go(connect: str, staged: Callable[..., Genome]) -> None:
    found = blocks(staged(connect))
    assert [block.name for block in found] == FOUR
    assert all(block.skips and not block.reason for block in found)


def test_of_plain_blocks_those_that_keep_the_shape_can_go(staged: Callable[..., Genome]) -> None:
    found = {block.name: block for block in blocks(staged("plain"))}
    assert list(found) == FOUR
    assert found["stage1/block2"] == GenomeBlock(
        "stage1/block2", found["stage1/block2"].nodes, entry="stage1/block1/act", exit="stage1/block2/act"
    )
    assert found["stage2/block1"].reason == "it makes 8x4x4 of 4x8x8, and no line passes it by"


def test_the_line_of_a_residual_unit_is_its_input_or_projection(staged: Callable[..., Genome]) -> None:
    first, second = skips(staged("residual"))[1:3]
    assert (first.join, first.line) == ("stage1/block2/sum", "stage1/block1/act")
    (branch,) = first.branches
    assert branch.nodes == tuple(f"stage1/block2/{name}" for name in ("conv1", "norm1", "act1", "conv2", "norm2"))
    assert branch.sources == ("stage1/block1/act",)
    assert (second.line, second.branches[0].sources) == ("stage2/block1/project_norm", ("stage1/block2/act",))


def test_the_line_of_merge_and_run_is_the_mean_of_both(staged: Callable[..., Genome]) -> None:
    block = blocks(staged("merge-and-run"))[1]
    assert [(skip.join, skip.line) for skip in block.skips] == [
        ("stage1/block2/left/sum", "stage1/block2/mean"),
        ("stage1/block2/right/sum", "stage1/block2/mean"),
    ]
    assert {name.split("/")[2] for name in block.function} == {"left", "right"}


def test_what_runs_in_front_of_both_paths_stays_with_the_line(staged: Callable[..., Genome]) -> None:
    """The first unit of a stage: norm and activation are read by the projection too."""
    block = blocks(staged("residual", block="preact"))[2]
    assert "stage2/block1/act0" not in block.function
    assert block.skips[0].branches[0].sources == ("stage2/block1/act0",)


def test_a_join_within_a_function_is_no_block_of_its_own() -> None:
    b = Builder()
    line = b.conv("stem/conv", b.add("input", ops.Input((3, 8, 8))), 4)
    with b.scope("stage1"), b.scope("block1"):
        inner = b.conv("a", line, 4)
        inner = b.sum("inner", inner, b.conv("b", inner, 4))
        line = b.sum("sum", line, inner)
    b.classifier(line, 5)
    assert [skip.join for skip in skips(b.genome())] == ["stage1/block1/sum"]


def test_two_functions_of_equal_depth_have_no_line_between_them() -> None:
    b = Builder()
    line = b.conv("stem/conv", b.add("input", ops.Input((3, 8, 8))), 4)
    line = b.sum("stage1/block1/sum", b.conv("stage1/block1/a", line, 4), b.conv("stage1/block1/b", line, 4))
    b.classifier(line, 5)
    (block,) = blocks(b.genome())
    assert (block.skips, block.entry, block.exit, block.reason) == ((), "stem/conv", "stage1/block1/sum", "")


@pytest.mark.parametrize(
    ("connect", "passing"), [("residual", True), ("merge-and-run", True), ("multi-residual", True), ("fused", False)]
)
def test_a_line_passes_on_as_it_is_or_projected(connect: str, passing: bool, staged: Callable[..., Genome]) -> None:
    net = staged(connect)
    assert {passes_on(net, skip) for skip in skips(net)} == {passing}


def test_a_convolution_that_keeps_the_shape_is_no_line_that_passes_on() -> None:
    b = Builder()
    stem = b.conv("stem/conv", b.add("input", ops.Input((3, 8, 8))), 4)
    deep = b.conv("cell/c", b.conv("cell/b", stem, 4), 4)
    b.classifier(b.sum("cell/sum", b.conv("cell/a", stem, 4), deep), 5)
    (skip,) = skips(b.genome())
    assert skip.line == "cell/a" and not passes_on(b.genome(), skip)


def test_a_sum_without_a_scope_is_a_block_of_its_own_name() -> None:
    b = Builder()
    line = b.conv("conv", b.add("input", ops.Input((3, 8, 8))), 4)
    b.classifier(b.sum("sum", line, b.conv("more", line, 4)), 5)
    assert [block.name for block in blocks(b.genome())] == ["sum"]


@pytest.mark.parametrize(
    ("network", "count", "fixed"),
    [
        ("resnet_cifar-110", 54, []),
        ("dmrnet-14", 6, []),
        ("densenet-40-12", 38, ["transition1", "transition2"]),
        # 256 -> 480 and so on; 4b, 4c and 5a keep their width
        ("googlenet", 9, ["inception3a", "inception3b", "inception4a", "inception4d", "inception4e", "inception5b"]),
    ],
)
def test_published_networks_have_as_many_blocks_as_their_papers_say(network: str, count: int, fixed: list[str]) -> None:
    found = blocks(find(network).genome)
    assert len(found) == count
    assert [block.name for block in found if block.reason] == fixed
