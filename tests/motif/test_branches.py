"""The notation of modules: branches of layers, joined by concatenation."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.motif import Builder
from nas.motif.branches import Branches, Conv, Layer, Pool, biased, normed, side_by_side


def module(branches: Branches, layer: Layer = normed()) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input((6, 9, 9)))
    b.add("output", ops.Output(), side_by_side(b, line, branches, layer))
    return b.genome()


def test_branches_are_concatenated_in_their_order() -> None:
    genome = module({"one": [Conv(4)], "pool": [Pool("max"), Conv(3)]})
    assert genome["concat"].inputs == ("one/conv1/act", "pool/conv1/act")
    assert genome.shapes["concat"] == (7, 9, 9)


def test_a_row_may_split_again() -> None:
    genome = module({"all": [Conv(4), {"wide": [Conv(2, (1, 3))], "tall": [Conv(5, (3, 1))]}, {"a": [Conv(1)], "b": []}]})
    assert genome["all/split1/tall/conv1/conv"].inputs == ("all/conv1/act",)
    assert genome["all/split2/concat"].inputs == ("all/split2/a/conv1/act", "all/split1/concat")
    assert genome.shapes["concat"] == (1 + 7, 9, 9)


def test_a_valid_convolution_has_no_padding() -> None:
    genome = module({"three": [Conv(4, 3, 2, valid=True)], "pool": [Pool("max", 2, 0)]})
    assert genome.shapes["concat"] == (10, 4, 4)
    assert genome["three/conv1/conv"].op == ops.Conv2d(4, (3, 3), (2, 2), (0, 0))


def test_an_average_leaves_the_padding_out() -> None:
    assert module({"pool": [Pool("avg")]})["pool/pool1"].op == ops.AvgPool2d((3, 3), (1, 1), (1, 1), count_include_pad=False)


def test_layers_with_norm_with_bias_and_without_activation() -> None:
    assert module({"one": [Conv(4)]}).params == 6 * 4 + 2 * 4
    assert module({"one": [Conv(4)]}, normed(bias=True)).params == 6 * 4 + 4 + 2 * 4
    assert module({"one": [Conv(4)]}, biased()).params == 6 * 4 + 4
    assert module({"one": [Conv(4)]}, normed(None, eps=1e-3))["concat"].inputs == ("one/conv1/norm",)
    assert module({"one": [Conv(4)]}, normed(eps=1e-3))["one/conv1/norm"].op == ops.BatchNorm2d(eps=1e-3)


def test_branches_that_do_not_meet_are_refused() -> None:
    with pytest.raises(GenomeError, match=r"node 'concat' \(concat\): takes images of one height and width"):
        module({"one": [Conv(4)], "three": [Conv(4, 3, 2)]})
