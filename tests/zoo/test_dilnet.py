"""DILNet against the authors' code."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.zoo import find
from nas.zoo.dilnet import dilnet
from nas.zoo.dmrnet import dmrnet

COUNTS = {
    12: (346_650, 52_609_664),
    18: (541_082, 80_921_216),
    30: (929_946, 137_544_320),
    36: (1_124_378, 165_855_872),
    48: (1_513_242, 222_478_976),
    54: (1_707_674, 250_790_528),
}


@pytest.mark.parametrize("branches", COUNTS)
def test_counts(branches: int) -> None:
    entry = find(f"dilnet-{branches + 2}")
    assert (entry.genome.params, entry.genome.macs) == COUNTS[branches]
    assert entry.genome.depth == branches + 2
    assert bool(entry.variant.note) != entry.agreement()["params"]


def test_it_has_one_projection_where_dmrnet_has_two() -> None:
    # 16 x 32 + 2 x 32 and 32 x 64 + 2 x 64 params.
    assert dmrnet(depth=20).params - dilnet(depth=20).params == 2_752


def test_a_block_adds_two_branches_to_the_line() -> None:
    genome = dilnet(depth=14)
    at = "stage1/block2/"
    assert set(genome[at + "sum"].inputs) == {"stage1/block1/act", at + "function1/norm2", at + "function2/norm2"}
    assert genome[at + "act"].inputs == (at + "sum",)
    assert "stage2/block1/project_norm" in genome["stage2/block1/sum"].inputs


def test_a_network_that_nobody_published_builds() -> None:
    assert dilnet(depth=10, widen=2, input_shape=(1, 12, 12), classes=3).depth == 10


def test_what_no_network_can_have_is_refused() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 2n \+ 2, 8 at least, got 6; the nearest is 8"):
        dilnet(depth=6)
