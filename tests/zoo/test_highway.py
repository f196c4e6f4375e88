"""Highway networks against the authors' models."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo import find
from nas.zoo.highway import highway, highway_mnist


def test_the_19_layer_network_has_the_counts_of_the_authors_model() -> None:
    # He et al. 2016, arXiv:1512.03385, table 6, print 2.3M for it.
    genome = find("highway-19").genome
    assert (genome.params, genome.macs, genome.depth) == (2_256_838, 330_826_728, 19)


def test_the_mnist_network_has_the_counts_of_the_authors_model() -> None:
    # 151K: plain 5x5 convolution 832, 8 layers of 2 x (32 x 32 x 9 + 32), classifier 288 x 10 + 10.
    genome = find("highway_mnist-10").genome
    assert (genome.params, genome.macs, genome.depth) == (151_690, 31_650_624, 10)
    # Half as wide, by hand: 416 + 8 x 2 x (16 x 16 x 9 + 16) + 144 x 10 + 10.
    assert highway_mnist(width=16).params == 38_986


@pytest.mark.parametrize("name", ["highway-19", "highway_mnist-10"])
def test_the_published_figures_agree(name: str) -> None:
    entry = find(name)
    assert all(entry.agreement().values()) and entry.variant.params


def test_stages_have_the_layers_and_widths_of_the_authors_model() -> None:
    genome = highway()
    gates = [node.name for node in genome.nodes if isinstance(node.op, ops.HighwayGate)]
    assert [genome.shapes[name] for name in gates] == [(32, 32, 32)] * 4 + [(80, 16, 16)] * 5 + [(128, 8, 8)] * 5
    assert {genome[name].op for name in gates} == {ops.HighwayGate(-2.0)}
    assert genome["stage2/highway1/highway"].inputs == (
        "stage2/highway1/act",
        "stage2/highway1/transform",
        "stage2/plain/act",
    )
    rates = [node.op.rate for node in genome.nodes if isinstance(node.op, ops.Dropout)]
    assert rates == [0.2] * 4


def test_the_mnist_network_pools_where_the_window_hangs_over() -> None:
    genome = highway_mnist()
    assert [genome.shapes[f"stage{stage}/pool"] for stage in (1, 2, 3)] == [(32, 12, 12), (32, 6, 6), (32, 3, 3)]
    assert {node.op for node in genome.nodes if isinstance(node.op, ops.HighwayGate)} == {ops.HighwayGate(-1.0)}


def test_a_network_that_nobody_published_builds() -> None:
    genome = highway(widths=(24, 7), layers=(2, 0), dropout=(0, 0, 0), head_width=9, input_shape=(1, 20, 20), classes=3)
    assert genome.depth == 2 + 2 + 2
    assert not any(isinstance(node.op, ops.Dropout) for node in genome.nodes)
    assert highway_mnist(depth=4, input_shape=(3, 32, 32)).depth == 4


def test_what_no_network_can_have_is_refused() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 3n \+ 1, 4 at least, got 12; the nearest are 10 and 13"):
        highway_mnist(depth=12)
    with pytest.raises(GenomeError, match=r"layers must be one number for each of the 3 widths, got \(4, 5\)"):
        highway(layers=(4, 5))
    with pytest.raises(GenomeError, match="dropout must be 4 rates"):
        highway(dropout=(0.2,))
    with pytest.raises(GenomeError, match="layers must be a whole number of at least 0, got -1"):
        highway(layers=(4, -1, 5))
