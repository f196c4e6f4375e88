"""Multi-residual blocks: which norms are shared, and what they compute."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder, Stage, Staged, Stem, Step, blocks, compose, connectivities, multi_residual, resnext  # noqa: F401  (registers what is tested)
from nas.network import build

SHAPE = (8, 6, 6)


def alone(block: str, *, width: int = 8, stride: int = 1, functions: int = 3) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input(SHAPE))
    step = Step(blocks.get(block), BlockOptions(functions=functions), width, stride)
    b.add("output", ops.Output(), *connectivities.get("multi-residual").step(b, (line,), step))
    return b.genome()


def test_functions_of_one_shape_have_each_their_own_norm_and_activation() -> None:
    genome = alone("preact")
    assert genome["sum"].inputs == ("function1/conv2", "function2/conv2", "function3/conv2", "input")
    for number in (1, 2, 3):
        assert genome[f"function{number}/norm0"].inputs == ("input",)
        assert genome[f"function{number}/conv1"].inputs == (f"function{number}/act0",)
    assert "norm0" not in genome.shapes
    # Three times two convolutions of 8*8*9 and two norms of 2*8.
    assert genome.params == 3 * (2 * 576 + 2 * 16)


@pytest.mark.parametrize(("width", "stride"), [(12, 1), (8, 2), (12, 2)])
def test_functions_that_change_the_shape_share_one_with_the_projection(width: int, stride: int) -> None:
    genome = alone("preact", width=width, stride=stride)
    assert [genome[f"function{number}/conv1"].inputs for number in (1, 2, 3)] == [("act0",)] * 3
    assert genome["project"].inputs == ("act0",)
    assert genome["norm0"].inputs == ("input",)
    assert genome["sum"].inputs[-1] == "project"
    assert genome.shapes["output"] == (width, 6 // stride, 6 // stride)


def test_other_functions_are_activated_behind_their_sum() -> None:
    genome = alone("basic", functions=2)
    assert genome["sum"].inputs == ("function1/norm2", "function2/norm2", "input")
    assert genome["act"].inputs == ("sum",)
    changed = alone("basic", width=12)
    assert changed["project"].inputs == ("input",)
    assert changed["sum"].inputs[-1] == "project_norm"


def test_one_function_is_a_residual_block() -> None:
    b = Builder()
    line = b.add("input", ops.Input(SHAPE))
    step = Step(blocks.get("preact"), BlockOptions(), 12, 2)
    b.add("output", ops.Output(), *connectivities.get("residual").step(b, (line,), step))
    assert alone("preact", width=12, stride=2, functions=1).fingerprint == b.genome().fingerprint


def test_a_sum_of_functions_is_added_to_the_line() -> None:
    network = build(alone("preact", functions=2), seed=1).eval()
    x = torch.randn(2, *SHAPE)
    with torch.no_grad():
        both = network(x) - x
        network.get_submodule("function1.conv2").weight.zero_()
        second = network(x) - x
        network.get_submodule("function2.conv2").weight.zero_()
        torch.testing.assert_close(network(x), x)
    assert second.abs().max() > 0.01
    assert (both - second).abs().max() > 0.01


@pytest.mark.parametrize("block", blocks.names())
@pytest.mark.parametrize("functions", [1, 2])
def test_it_goes_with_every_block(block: str, functions: int) -> None:
    options = BlockOptions(functions=functions)
    stage = Stage(2, 16, blocks.get(block), connectivities.get("multi-residual"), options)
    genome = compose(Staged(Stem(8), (stage, replace(stage, width=20))), input_shape=(3, 9, 9), classes=7).genome()
    assert genome.shapes["output"] == (7,)
    assert genome.shapes["stage2/block2/sum"] == (20, 5, 5)
    assert build(genome).to("meta")(torch.empty(2, 3, 9, 9, device="meta")).shape == (2, 7)


def test_no_functions_are_refused() -> None:
    with pytest.raises(GenomeError, match="at least 1 function, got 0"):
        alone("preact", functions=0)
