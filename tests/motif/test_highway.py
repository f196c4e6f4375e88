"""Highway connectivity: what is gated, and where activations stand."""

from __future__ import annotations

import pytest

from nas.genome import Genome, ops
from nas.motif import Stage, Staged, Stem, blocks, compose
from nas.motif.highway import highway


def network(block: str, *, widths: tuple[int, ...] = (8, 12), depth: int = 2, bias: float = -2.0) -> Genome:
    stages = tuple(Stage(depth, width, blocks.get(block), highway(bias)) for width in widths)
    return compose(Staged(Stem(8), stages), input_shape=(3, 8, 8), classes=5).genome()


def test_a_gate_mixes_the_activated_block_with_the_line() -> None:
    genome = network("basic", bias=-3.0)
    gate = genome["stage1/block2/highway"]
    line = "stage1/block1/highway"
    assert gate.op == ops.HighwayGate(-3.0)
    assert gate.inputs == ("stage1/block2/act", "stage1/block2/transform", line)
    assert genome["stage1/block2/conv1"].inputs == genome["stage1/block2/transform"].inputs == (line,)
    assert genome["stage1/block2/transform"].op == ops.Conv2d(8, bias=True)


def test_the_line_of_a_preactivated_block_is_never_activated() -> None:
    genome = network("preact")
    gate = genome["stage1/block2/highway"]
    assert gate.inputs == ("stage1/block2/conv2", "stage1/block2/transform", "stage1/block1/highway")
    assert genome["stage1/block2/transform"].inputs == ("stage1/block2/act0",)
    # Also where the shape changes: what the gate carries on is a convolution's output.
    assert genome["stage2/block1/highway"].inputs[2] == "stage2/block1/project/conv"


@pytest.mark.parametrize("block", ["basic", "preact", "bottleneck", "inception"])
def test_a_layer_without_a_gate_changes_the_shape(block: str) -> None:
    genome = network(block)
    assert genome["stage2/block1/project/conv"].op == ops.Conv2d(12, stride=(2, 2))
    assert genome.shapes["stage2/block1/highway"] == (12, 4, 4)
    assert not any("project" in node.name for node in genome.nodes if "stage1" in node.name)


def test_a_gate_costs_a_convolution_with_bias() -> None:
    # Two blocks of 8 channels: 2 x (8 x 8 x 9 + 8) more than without gates, and no other layer at one width.
    gates = 2 * (8 * 8 * 9 + 8)
    block = 2 * (2 * 8 * 8 * 9 + 4 * 8)
    stem, head = 3 * 8 * 9 + 2 * 8, 8 * 5 + 5
    assert network("basic", widths=(8,)).params == stem + block + gates + head
