"""Wide residual networks against the paper."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.wide_resnet import wide_resnet


@pytest.mark.parametrize(
    ("depth", "widen", "params", "macs", "hundred"),
    [
        (16, 8, 10_961_370, 1_548_145_664, 11_007_540),
        (28, 10, 36_479_194, 5_243_328_768, 36_536_884),
        (40, 4, 8_949_210, 1_298_582_016, 8_972_340),
    ],
)
def test_the_papers_networks(depth: int, widen: int, params: int, macs: int, hundred: int) -> None:
    # Zagoruyko and Komodakis 2016, arXiv:1605.07146, table 4: 11.0, 36.5 and 8.9 M; last for 100 classes.
    genome = wide_resnet(depth=depth, widen=widen)
    assert (genome.params, genome.macs) == (params, macs)
    assert wide_resnet(depth=depth, widen=widen, classes=100).params == hundred


def test_the_depth_of_the_name_is_the_number_of_convolutions() -> None:
    genome = wide_resnet(depth=28, widen=2)
    assert sum(isinstance(node.op, ops.Conv2d) for node in genome.nodes) == 28
    assert genome.depth == 26  # stem, 24 in blocks, linear; the three shortcuts stand beside


def test_the_stem_is_not_widened_and_the_first_stage_projects() -> None:
    genome = wide_resnet(depth=10, widen=3)
    assert genome.shapes["stem/conv"] == (16, 32, 32)
    assert genome["stage1/block1/project"].op == ops.Conv2d(48, 1, 1, 0)
    assert [genome.shapes[f"stage{stage}/block1/sum"] for stage in (1, 2, 3)] == [(48, 32, 32), (96, 16, 16), (192, 8, 8)]


def test_dropout_stands_between_the_convolutions_of_each_block() -> None:
    genome, without = wide_resnet(depth=16, widen=1, dropout=0.3), wide_resnet(depth=16, widen=1)
    dropped = [node for node in genome.nodes if isinstance(node.op, ops.Dropout)]
    assert [node.op for node in dropped] == [ops.Dropout(0.3)] * 6
    assert genome["stage2/block2/dropout2"].inputs == ("stage2/block2/act2",)
    assert genome["stage2/block2/conv2"].inputs == ("stage2/block2/dropout2",)
    assert genome.params == without.params


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 6n \+ 4, 10 at least, got 26; the nearest are 22 and 28"):
        wide_resnet(depth=26)
    with pytest.raises(GenomeError, match="widen must be a whole number of at least 1, got 0"):
        wide_resnet(widen=0)
    with pytest.raises(GenomeError, match=r"rate must be at least 0 and below 1, got 1\.5"):
        wide_resnet(depth=10, dropout=1.5)
