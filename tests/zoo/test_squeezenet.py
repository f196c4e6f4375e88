"""SqueezeNet against table 1 of its paper, the authors' model files and torchvision."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.squeezenet import squeezenet


def test_it_has_the_papers_params() -> None:
    # Iandola et al. 2016, arXiv:1602.07360, table 1: 1,248,424; macs as torchvision's.
    genome = squeezenet()
    assert (genome.params, genome.macs, genome.depth) == (1_248_424, 818_924_576, 18)


def test_each_layer_has_the_params_of_table_1() -> None:
    genome = squeezenet()
    counts = dict.fromkeys(("conv1", *(f"fire{number}" for number in range(2, 10)), "conv10"), 0)
    for node in genome.nodes:
        stage = node.name.partition("/")[0]
        if stage in counts:
            counts[stage] += genome.facts(node.name).params
    modules = [11_920, 12_432, 45_344, 49_440, 104_880, 111_024, 188_992, 197_184]
    assert list(counts.values()) == [14_208, *modules, 513_000]


def test_the_authors_file_pads_the_last_convolution() -> None:
    genome = squeezenet(conv10_padding=1, input_shape=(3, 227, 227))
    assert (genome.params, genome.macs) == (1_248_424, 861_339_936)
    assert genome.shapes["conv10/conv"] == (1000, 15, 15)
    assert squeezenet(conv10_padding=1).macs == 847_596_576


def test_version_1_1_has_less_than_half_the_macs() -> None:
    assert squeezenet(version="1.1").macs == 349_151_936  # torchvision


@pytest.mark.parametrize(("version", "pools"), [("1.0", (1, 4, 8)), ("1.1", (1, 3, 5))])
def test_the_poolings_stand_where_the_version_has_them(version: str, pools: tuple[int, ...]) -> None:
    genome = squeezenet(version=version)
    assert [node.name for node in genome.nodes if isinstance(node.op, ops.MaxPool2d)] == [f"pool{number}" for number in pools]


def test_poolings_count_the_window_that_is_cut_off() -> None:
    shapes = squeezenet().shapes
    assert [shapes[f"pool{number}"][1:] for number in (1, 4, 8)] == [(54, 54), (27, 27), (13, 13)]


def test_a_simple_bypass_adds_the_input_of_every_second_module() -> None:
    genome = squeezenet(bypass="simple")  # section 6: around fire3, 5, 7 and 9
    sums = [(node.name, node.inputs[1]) for node in genome.nodes if isinstance(node.op, ops.Add)]
    assert sums == [
        ("fire3/sum", "fire2/concat"),
        ("fire5/sum", "pool4"),
        ("fire7/sum", "fire6/concat"),
        ("fire9/sum", "pool8"),
    ]
    assert genome.params == 1_248_424


def test_a_complex_bypass_convolves_where_the_channels_change() -> None:
    genome = squeezenet(bypass="complex")
    assert sum(isinstance(node.op, ops.Add) for node in genome.nodes) == 8
    # 1x1 convolutions from 96, 128, 256 and 384 channels to 128, 256, 384 and 512, with biases.
    assert genome.params - 1_248_424 == 97 * 128 + 129 * 256 + 257 * 384 + 385 * 512


def test_other_meta_parameters_build() -> None:
    # Section 5.2: a squeeze ratio of 0.75; 5.3: 99 % of the expansion from 3x3 convolutions.
    genome = squeezenet(base_expand=10, expand_step=7, every=3, share3x3=0.99, squeeze_ratio=0.75, classes=5)
    widths = [genome.shapes[f"fire{number}/concat"][0] for number in range(2, 10)]
    assert widths == [10, 10, 10, 17, 17, 17, 24, 24]
    assert [genome.shapes[f"fire2/{part}/conv"][0] for part in ("squeeze", "expand1", "expand3")] == [7, 1, 9]


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"version must be one of 1.0, 1.1, got '1.2'"):
        squeezenet(version="1.2")
    with pytest.raises(GenomeError, match="bypass must be one of none, simple, complex, got 'simpel'; did you mean 'simple'"):
        squeezenet(bypass="simpel")
    with pytest.raises(GenomeError, match=r"squeeze_ratio must be above 0 and below 1, got 1.0; the paper's is 0.125"):
        squeezenet(squeeze_ratio=1.0)
    with pytest.raises(GenomeError, match=r"share3x3 must be above 0 and below 1, got 0; the paper's is 0.5"):
        squeezenet(share3x3=0)
    with pytest.raises(GenomeError, match="base_expand must be a whole number of at least 2, got 1"):
        squeezenet(base_expand=1)
    with pytest.raises(GenomeError, match="every must be a whole number of at least 1, got 0"):
        squeezenet(every=0)
    with pytest.raises(GenomeError, match=r"node 'pool1' \(max_pool\)"):
        squeezenet(input_shape=(3, 9, 9))
