"""SPP-net against the sizes of its paper."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.spp_net import spp_net


def test_fifty_bins_of_256_channels_enter_the_first_fully_connected_layer() -> None:
    # He et al. 2014, arXiv:1406.4729, section 3.1: {6x6, 3x3, 2x2, 1x1}, 50 bins, 12,800 features.
    genome = spp_net()
    assert genome.shapes["spp/pool"] == (12_800,)
    assert genome.facts("head/fc1/linear").params == 12_801 * 4096
    assert genome.depth == 8


def test_its_params_are_those_of_its_layers() -> None:
    convolutions = 96 * (3 * 49 + 1) + 256 * (96 * 25 + 1) + 384 * (256 * 9 + 1) + 384 * (384 * 9 + 1) + 256 * (384 * 9 + 1)
    fully = 12_801 * 4096 + 4097 * 4096 + 4097 * 1000
    assert spp_net().params == convolutions + fully


def test_the_maps_have_the_papers_sizes() -> None:
    # Table 1: 55, 27 and 13 pixels for 224; section 2.4: 10 for 180.
    shapes = spp_net().shapes
    assert [shapes[name][1:] for name in ("conv1/pool", "conv2/act", "conv5/act")] == [(55, 55), (27, 27), (13, 13)]
    assert spp_net(input_shape=(3, 180, 180), adaptive=True).shapes["conv5/act"] == (256, 10, 10)


def test_the_params_are_alike_for_every_image() -> None:
    sizes = [(3, 180, 180), (3, 224, 224), (3, 300, 411)]
    assert len({spp_net(input_shape=size, adaptive=True).params for size in sizes}) == 1


def test_the_paper_alternates_with_a_pyramid_of_30_bins() -> None:
    # Section 3.1: {4x4, 3x3, 2x2, 1x1}, and 30 bins of 256 channels.
    assert spp_net(bins=(4, 3, 2, 1), adaptive=True).shapes["spp/pool"] == (7_680,)


def test_other_pyramids_and_layers_build() -> None:
    genome = spp_net(bins=(5, 1), adaptive=True, hidden=(10,), dropout=0.0, input_shape=(1, 90, 100), classes=7)
    assert genome.facts("head/fc1/linear").params == (26 * 256 + 1) * 10
    assert not any(isinstance(node.op, ops.Dropout) for node in genome.nodes)


def test_inadmissible_pyramids_say_what_would_do() -> None:
    with pytest.raises(GenomeError, match=r"node 'spp/pool' .* on 10 pixels the paper's windows give no grid of 6; set adaptive"):
        spp_net(input_shape=(3, 180, 180))
    with pytest.raises(GenomeError, match="a grid of 14x14 bins does not fit into 13x13 pixels"):
        spp_net(bins=(14,))
    with pytest.raises(GenomeError, match="bins must be a list of grid sizes"):
        spp_net(bins=())
