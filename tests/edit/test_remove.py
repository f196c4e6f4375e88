"""A genome without some of its blocks: what is left of each connectivity."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from nas.edit.blocks import GenomeBlock, blocks
from nas.edit.remove import meaning, remove
from nas.errors import GenomeError
from nas.genome import Genome, same_function
from nas.network import build

BASIC = 2 * (4 * 4 * 9 + 8)  # params of a basic block of 4 channels: two convolutions and their norms


def without(genome: Genome, *names: str) -> Genome:
    return remove(genome, [block for block in blocks(genome) if block.name in names])


@pytest.mark.parametrize(("connect", "functions"), [("plain", 1), ("residual", 1), ("merge-and-run", 2), ("multi-residual", 2)])
def test_the_functions_of_a_block_go(connect: str, functions: int, staged: Callable[..., Genome]) -> None:
    net = staged(connect)
    assert without(net, "stage1/block2").params == net.params - functions * BASIC


def test_a_plain_network_without_a_block_is_the_one_that_is_a_block_shallower(staged: Callable[..., Genome]) -> None:
    deep, flat = staged("plain", depth=3), staged("plain", depth=2)
    assert same_function(without(deep, "stage1/block2", "stage2/block3"), flat)


def test_blocks_behind_one_another_go_together(staged: Callable[..., Genome]) -> None:
    short = without(staged("plain", depth=4), "stage1/block2", "stage1/block3", "stage1/block4")
    assert short["stage2/block1/conv1"].inputs == ("stage1/block1/act",)


def test_of_a_residual_unit_that_halves_the_image_the_projection_stays(staged: Callable[..., Genome]) -> None:
    net = staged("residual")
    cut = without(net, "stage2/block1")
    assert net.params - cut.params == 4 * 8 * 9 + 8 * 8 * 9 + 32
    assert {node.name for node in cut.nodes if node.name.startswith("stage2/block1")} == {
        "stage2/block1/project", "stage2/block1/project_norm", "stage2/block1/sum", "stage2/block1/act",
    }  # fmt: skip


def test_of_merge_and_run_the_mean_goes_on_along_both_lines(staged: Callable[..., Genome]) -> None:
    cut = without(staged("merge-and-run"), "stage1/block1")
    assert cut["stage1/block1/left/sum"].inputs == cut["stage1/block1/right/sum"].inputs == ("stage1/block1/mean",)


def test_of_a_dense_block_zeros_stay(staged: Callable[..., Genome]) -> None:
    net = staged("dense")
    cut = without(net, "stage1/block1")
    assert cut.shapes == {name: shape for name, shape in net.shapes.items() if name in cut.shapes}
    module = build(cut).eval()
    seen = {}
    module.stage1.block2.conv1.register_forward_pre_hook(lambda layer, inputs: seen.update(x=inputs[0]))  # pyright: ignore
    with torch.no_grad():
        module(torch.randn(2, 3, 8, 8))
    assert seen["x"].shape[1] == 8 and not seen["x"][:, 4:].any() and seen["x"][:, :4].any()


def test_of_a_fractal_the_column_of_one_block_stays(staged: Callable[..., Genome]) -> None:
    net = staged("fractal")
    # Seven blocks in three columns, of which the first has one.
    assert without(net, "stage1/block2").params == net.params - 6 * BASIC


def test_of_a_highway_block_its_gate_goes_too(staged: Callable[..., Genome]) -> None:
    net = staged("highway")
    assert without(net, "stage1/block2").params == net.params - BASIC - (4 * 4 * 9 + 4)


@pytest.mark.parametrize(
    ("connect", "words"),
    [
        ("plain", "what follows reads what it read"),
        ("residual", "its line passes on"),
        ("merge-and-run", "its line passes on"),
        ("dense", "its channels are zero"),
        ("highway", "its gate lets the line pass"),
        ("fractal", "its shallowest column stays"),
        ("fused", "its part of fewest layers stays"),
    ],
)
def test_what_is_left_is_said(connect: str, words: str, staged: Callable[..., Genome]) -> None:
    net = staged(connect)
    assert {meaning(net, block) for block in blocks(net) if not block.reason} == {words}


def test_a_block_that_cannot_go_is_named_with_the_reason(staged: Callable[..., Genome]) -> None:
    with pytest.raises(GenomeError, match="'stage2/block1' cannot be left out: it makes 8x4x4 of 4x8x8"):
        without(staged("plain"), "stage1/block2", "stage2/block1")


def test_all_blocks_of_every_published_network_go(zoo: list) -> None:
    for entry in zoo:
        if len(entry.genome) < 400:
            found: list[GenomeBlock] = [block for block in blocks(entry.genome) if not block.reason]
            cut = remove(entry.genome, found)
            assert cut.outputs == entry.genome.outputs, entry.name
            assert (cut.params < entry.genome.params) == bool(found), entry.name
