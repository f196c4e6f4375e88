"""Connectivities: what merge-and-run computes, and lines that begin and end between stages."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from nas.errors import GenomeError
from nas.genome import Genome, Node, ops
from nas.motif import BlockOptions, Builder, Line, Stage, Staged, Stem, Step, blocks, compose, connectivities
from nas.network import build

OPTIONS = BlockOptions(activation="relu")
SHAPE = (6, 5, 5)


def double(count: int) -> Genome:
    """`count` merge-and-run blocks on two lines of 3 channels that come from a 1x1 convolution each."""
    b = Builder()
    image = b.add("input", ops.Input(SHAPE))
    lines = tuple(b.conv(name, image, 3, kernel=1) for name in ("first", "second"))
    for number in range(1, count + 1):
        with b.scope(f"block{number}"):
            lines = connectivities.get("merge-and-run").step(b, lines, Step(blocks.get("basic"), OPTIONS, 3, 1))
    b.add("output", ops.Output(), b.add("both", ops.Concat(), *lines))
    return b.genome()


def with_dead_branches(genome: Genome) -> nn.Module:
    """The network with every F and G made zero, in evaluation mode; the lines are those of the seed."""
    network = build(genome, seed=3).eval()
    for name, weight in network.named_parameters():
        if "norm2" in name:
            nn.init.zeros_(weight)
        if name in ("first.weight", "second.weight"):  # both networks have these, from their names
            assert weight.abs().sum() > 0
    return network


def test_merging_twice_is_merging_once() -> None:
    # With F = G = 0 a block applies M = [[I, I], [I, I]] / 2 (arXiv:1611.07718, section 3.2), and M M = M.
    x = torch.randn(4, *SHAPE)
    once, twice = with_dead_branches(double(1)), with_dead_branches(double(2))
    with torch.no_grad():
        torch.testing.assert_close(twice(x), once(x))
        left, right = once(x).chunk(2, dim=1)
    torch.testing.assert_close(left, right)


def test_merging_does_something() -> None:
    network = with_dead_branches(double(1))
    x = torch.randn(4, *SHAPE)
    with torch.no_grad():
        lines = network.get_submodule("first")(x), network.get_submodule("second")(x)
        mean = torch.relu((lines[0] + lines[1]) / 2)
        torch.testing.assert_close(network(x), torch.cat([mean, mean], dim=1))


def grouped() -> Genome:
    """The same block as one residual block on the lines side by side, its convolutions in two groups."""
    conv = ops.Conv2d(6, groups=2)
    nodes = [
        Node("input", ops.Input(SHAPE)),
        Node("lines", ops.Conv2d(6, 1, 1, 0), ("input",)),
        Node("conv1", conv, ("lines",)),
        Node("norm1", ops.BatchNorm2d(), ("conv1",)),
        Node("act1", ops.Activation("relu"), ("norm1",)),
        Node("conv2", conv, ("act1",)),
        Node("norm2", ops.BatchNorm2d(), ("conv2",)),
        Node("merge", ops.Conv2d(6, 1, 1, 0), ("lines",)),  # M as a 1x1 convolution
        Node("sum", ops.Add(), ("norm2", "merge")),
        Node("act", ops.Activation("relu"), ("sum",)),
        Node("output", ops.Output(), ("act",)),
    ]
    return Genome(nodes)


def test_a_merge_and_run_block_is_a_residual_block_in_two_groups() -> None:
    two, one = build(double(1), seed=5).eval(), build(grouped(), seed=6).eval()
    have, want = two.state_dict(), one.state_dict()
    for name in want:
        if name.startswith(("conv", "norm")):
            want[name] = _joined(have[f"block1.left.{name}"], have[f"block1.right.{name}"])
    want["lines.weight"] = torch.cat([have["first.weight"], have["second.weight"]])
    eye = torch.eye(3)
    want["merge.weight"] = torch.cat([torch.cat([eye, eye], 1)] * 2)[:, :, None, None] / 2
    one.load_state_dict(want)
    x = torch.randn(4, *SHAPE)
    with torch.no_grad():
        torch.testing.assert_close(one(x), two(x))


def _joined(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    return torch.cat([left, right]) if left.dim() else left


def network(connects: tuple[str, ...], block: str = "basic", depth: int = 2) -> Genome:
    widths = itertools.count(8, 4)
    stages = tuple(Stage(depth, next(widths), blocks.get(block), connectivities.get(name)) for name in connects)
    return compose(Staged(Stem(8), stages), input_shape=(3, 32, 32), classes=7).genome()


@pytest.mark.parametrize("block", blocks.names())
@pytest.mark.parametrize("connect", connectivities.names())
def test_every_block_goes_with_every_connectivity(block: str, connect: str) -> None:
    genome = network((connect, connect, connect), block)
    assert genome.shapes["output"] == (7,)
    last = genome["head/pool"].inputs[0]
    assert genome.shapes[last][1:] == (8, 8)  # 32 halved by each stage but the first
    assert build(genome).to("meta")(torch.empty(2, 3, 32, 32, device="meta")).shape == (2, 7)


@pytest.mark.parametrize("connects", list(itertools.permutations(connectivities.names(), 3)))
def test_connectivities_may_change_between_stages(connects: tuple[str, ...]) -> None:
    genome = network(connects)
    assert genome.shapes["output"] == (7,)
    # Two lines begin as copies of one, and end in their sum with the last block of their stage.
    fused = [node.name for node in genome.nodes if node.name.endswith("/fuse")]
    assert fused == [f"stage{at}/block2/fuse" for at, name in enumerate(connects, 1) if name == "merge-and-run"]


def test_two_lines_stay_two_from_one_stage_to_the_next() -> None:
    genome = network(("merge-and-run", "merge-and-run"))
    assert [node.name for node in genome.nodes if node.name.endswith("/fuse")] == ["stage2/block2/fuse"]


def test_two_lines_end_in_their_sum_and_one_activation_behind_it() -> None:
    # Figure 1 of the paper: the last block's sums are added before they are activated.
    genome = network(("merge-and-run",))
    assert genome["stage1/block2/fuse"].inputs == ("stage1/block2/left/sum", "stage1/block2/right/sum")
    assert genome["stage1/block2/act"].inputs == ("stage1/block2/fuse",)
    assert genome["head/pool"].inputs == ("stage1/block2/act",)
    inner = [node.name for node in genome.nodes if node.name.startswith("stage1/block1/") and node.inputs[0].endswith("/sum")]
    assert inner == ["stage1/block1/left/act", "stage1/block1/right/act"]


def test_a_projection_takes_the_line_and_of_a_preactivated_block_the_activated_line() -> None:
    after, before = network(("residual", "residual")), network(("residual", "residual"), "preact")
    assert after["stage2/block1/project"].inputs == ("stage1/block2/act",)
    assert after["stage2/block1/sum"].inputs[1] == "stage2/block1/project_norm"
    assert before["stage2/block1/project"].inputs == ("stage2/block1/act0",)
    assert before["stage2/block1/sum"].inputs[1] == "stage2/block1/project"
    assert before["stage2/block2/sum"].inputs[1] == "stage2/block1/sum"  # the line itself is never activated


def test_a_dense_stage_grows_by_its_width_with_each_block() -> None:
    genome = network(("dense", "dense"), depth=3)
    joins = [genome.shapes[f"stage{stage}/block{block}/join"][0] for stage in (1, 2) for block in (1, 2, 3)]
    assert joins == [16, 24, 32, 44, 56, 68]


def test_a_stage_below_one_pixel_is_refused() -> None:
    stages = tuple(Stage(1, 8, blocks.get("basic"), connectivities.get("plain")) for _ in range(4))
    with pytest.raises(GenomeError, match="stage 4 would halve an image of 1x1; with this input there is room for 3 stage"):
        compose(Staged(Stem(8), stages), input_shape=(1, 4, 4), classes=2)


def test_an_error_in_a_block_names_its_node() -> None:
    b = Builder()
    line = b.add("input", ops.Input((3, 4, 4)))
    with pytest.raises(GenomeError, match=r"node 'stage1/sum' \(add\): takes inputs of one shape"), b.scope("stage1"):
        b.sum("sum", line, Line("other", (4, 4, 4)))


def test_a_builder_counts_what_the_genome_counts() -> None:
    stages = (Stage(2, 8, blocks.get("inception"), connectivities.get("residual")),)
    b = compose(Staged(Stem(8), stages, dropout=0.1), input_shape=(3, 8, 8), classes=2)
    genome = b.genome()
    assert (b.params, b.macs, b.activations) == (genome.params, genome.macs, genome.activations)
