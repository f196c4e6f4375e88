"""Deeply-fused nets against the authors' code, whose counts nothing was published for."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.zoo import find
from nas.zoo.deeply_fused import deeply_fused


@pytest.mark.parametrize(
    ("name", "params", "macs", "depth"),
    [
        ("deeply_fused-26-3", 392_506, 59_425_408, 26),
        ("deeply_fused-26-6", 392_506, 59_425_408, 26),
        ("deeply_fused-side-14", 343_898, 52_347_520, 14),
        ("deeply_fused-plain-26", 366_938, 54_706_816, 26),
    ],
)
def test_counts(name: str, params: int, macs: int, depth: int) -> None:
    genome = find(name).genome
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


def test_a_line_begins_each_stage_and_then_is_the_identity() -> None:
    genome = deeply_fused(depth=26, fusions=2)
    assert genome["stage2/fusion1/sum"].inputs == (
        "stage2/fusion1/base1/block1/norm",
        "stage2/fusion1/base2/block4/norm",
    )
    assert genome["stage2/fusion2/sum"].inputs == ("stage2/fusion1/act", "stage2/fusion2/base2/block4/norm")
    assert genome.shapes["stage2/fusion1/base1/block1/conv"] == (32, 16, 16)


def test_three_fusions_mix_a_deep_and_a_shallow_network() -> None:
    # A way of 1 or of 8 layers through each fusion, and stem and classifier: C(3, k) paths of 2 + 3 + 7k layers.
    assert deeply_fused(depth=26, fusions=1).path_lengths() == {5: 1, 12: 3, 19: 3, 26: 1}


def test_of_six_fusions_every_second_may_be_passed_by() -> None:
    # z^2 (z + z^4)^3 (1 + z^4)^3.
    found = deeply_fused(depth=26, fusions=2).path_lengths()
    assert (min(found), max(found), sum(found.values())) == (5, 26, 2**6)
    assert (found[8], found[9], found[12]) == (3, 3, 9)


def test_a_network_that_nobody_published_builds() -> None:
    genome = deeply_fused(depth=2 * 3 * 5 + 2, fusions=3, widths=(9, 20), input_shape=(1, 15, 15), classes=4)
    assert genome.depth == 32
    assert genome.shapes["stage2/fusion3/act"] == (20, 8, 8)


def test_what_no_network_can_have_is_refused() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 6n \+ 2, 8 at least, got 29; the nearest are 26 and 32"):
        deeply_fused(depth=29, fusions=2)
    with pytest.raises(GenomeError, match="beside must be one of line, deep, none, got 'lines'; did you mean 'line'"):
        deeply_fused(beside="lines")
    with pytest.raises(GenomeError, match="fusions must be a whole number of at least 1, got 0"):
        deeply_fused(fusions=0)
