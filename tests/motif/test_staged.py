"""The plan of a network: stems of several convolutions, and stages that keep the resolution."""

from __future__ import annotations

import pytest
import torch

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.motif import BlockOptions, Stage, Staged, Stem, blocks, compose, connectivities, measure
from nas.network import build

PLAIN = connectivities.get("plain")


def stage(width: int = 4, stride: int | None = None, *, block: str = "basic") -> Stage:
    return Stage(1, width, blocks.get(block), PLAIN, stride=stride)


def composed(plan: Staged, *, side: int = 16) -> Genome:
    return compose(plan, input_shape=(3, side, side), classes=2).genome()


def convolutions(stem: Stem, *, block: str = "basic") -> list[tuple[int, int, int]]:
    """Channels, stride and kernel of those of the stem."""
    found = [node.op for node in composed(Staged(stem, (stage(block=block),))).nodes if node.name.startswith("stem/conv")]
    return [(op.out_channels, op.stride[0], op.kernel[0]) for op in found if isinstance(op, ops.Conv2d)]


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        (Stem(9, stride=4), [(9, 4, 3)]),
        (Stem(9, stride=4, convs=2), [(4, 2, 3), (9, 2, 3)]),
        (Stem(9, stride=2, convs=2, kernel=5), [(4, 2, 5), (9, 1, 5)]),
        (Stem(64, stride=2, convs=3), [(32, 2, 3), (32, 1, 3), (64, 1, 3)]),  # ResNet-C: He et al. 2019, figure 2b
        (Stem(1, stride=4, convs=3), [(1, 2, 3), (1, 2, 3), (1, 1, 3)]),
    ],
)
def test_the_convolutions_of_a_stem_share_its_stride_and_widen_at_last(stem: Stem, expected: list[tuple[int, ...]]) -> None:
    assert convolutions(stem) == expected


def test_in_front_of_preactivated_blocks_a_stem_ends_without_norm() -> None:
    def kinds(block: str) -> list[str]:
        nodes = composed(Staged(Stem(4, convs=2), (stage(block=block),))).nodes
        return [node.op.kind for node in nodes if node.name.startswith("stem/")]

    assert kinds("basic") == ["conv2d", "batch_norm", "activation", "conv2d", "batch_norm", "activation"]
    assert kinds("preact") == ["conv2d", "batch_norm", "activation", "conv2d"]


def test_a_stage_has_its_own_stride() -> None:
    genome = composed(Staged(Stem(4), (stage(4, 2), stage(4, 1), stage(8, 1), stage(8), stage(8, 4))))
    assert [genome.shapes[f"stage{n}/block1/act"] for n in range(1, 6)] == [
        (4, 8, 8), (4, 8, 8), (8, 8, 8), (8, 4, 4), (8, 1, 1),
    ]  # fmt: skip


def test_a_stage_that_keeps_the_resolution_takes_a_single_pixel() -> None:
    assert composed(Staged(Stem(4), (stage(4, 1), stage(8, 1))), side=1).shapes["stage2/block1/act"] == (8, 1, 1)
    with pytest.raises(GenomeError, match=r"stage 1 would halve an image of 1x1; .* room for 0 stage"):
        composed(Staged(Stem(4), (stage(4, 2),)), side=1)


@pytest.mark.parametrize("connect", connectivities.names())
@pytest.mark.parametrize("block", blocks.names())
def test_any_block_and_connectivity_takes_any_stride_and_width(block: str, connect: str) -> None:
    """The first stage halves; the second widens at the same resolution; the third changes nothing."""
    stages = tuple(
        Stage(2, width, blocks.get(block), connectivities.get(connect), BlockOptions(columns=2), stride)
        for width, stride in ((8, 2), (16, 1), (16, 1))
    )
    plan = Staged(Stem(8, convs=2), stages)
    builder = compose(plan, input_shape=(3, 8, 8), classes=2)
    genome = builder.genome()
    assert measure(plan, input_shape=(3, 8, 8), classes=2) == (builder.params, builder.macs, builder.activations)
    assert {shape[1:] for name, shape in genome.shapes.items() if name.startswith(("stage2", "stage3"))} == {(4, 4)}
    with torch.no_grad():
        network = build(genome).to("meta").eval()
        assert network(torch.empty(1, 3, 8, 8, device="meta")).shape == (1, 2)
    assert sum(weight.numel() for weight in network.parameters()) == genome.params
