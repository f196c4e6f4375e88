"""FractalNet against the authors' generator and the paper's tables."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo import find
from nas.zoo.fractalnet import fractalnet


def test_the_wide_network_has_the_counts_of_the_authors_generator() -> None:
    genome = find("fractalnet-21").genome
    assert (genome.params, genome.macs, genome.depth) == (33_714_314, 845_222_912, 21)


def test_batch_norm_may_have_gains_and_convolutions_no_bias() -> None:
    # 7 convolutions a block: 7 x (64 + 128 + 256 + 512 + 512) biases go and twice as many gains and biases come.
    genome = fractalnet(conv_bias=False, affine=True)
    assert (genome.params, genome.macs) == (33_724_618, 845_222_912)


def test_the_figure_of_the_wide_network_is_said_not_to_agree() -> None:
    entry = find("fractalnet-21")
    assert entry.variant.params == "38.6M" and entry.agreement() == {"params": False} and entry.variant.note


@pytest.mark.parametrize(
    ("columns", "depth", "params", "macs"),
    [
        (1, 5, 257_924, 4_583_936),
        (3, 20, 2_122_628, 53_834_240),
        (4, 40, 4_773_300, 128_594_432),
        (6, 160, 21_071_892, 598_979_072),
    ],
)
def test_the_narrow_networks_have_the_counts_of_the_same_layers(columns: int, depth: int, params: int, macs: int) -> None:
    genome = find(f"fractalnet-narrow-{depth}").genome
    assert (genome.params, genome.macs) == (params, macs)
    assert genome.depth == 5 * 2 ** (columns - 1) + 1 == depth + 1  # the paper does not count the classifier


@pytest.mark.parametrize("depth", [5, 10, 20, 40, 80, 160])
def test_the_paper_s_figures_of_the_narrow_networks_agree(depth: int) -> None:
    assert find(f"fractalnet-narrow-{depth}").agreement() == {"params": True}


def test_every_column_is_pooled_in_front_of_the_last_join() -> None:
    genome = fractalnet()
    last = genome["block1/join4"]
    assert last.inputs == tuple(f"block1/column{column}/unit{2 ** (column - 1)}/pool" for column in (1, 2, 3))
    assert last.op == ops.FractalJoin((0, 1, 2), of=3, drop=0.15, global_share=0.5)
    assert [genome.shapes[f"block{block}/join4"] for block in range(1, 6)] == [
        (64, 16, 16), (128, 8, 8), (256, 4, 4), (512, 2, 2), (512, 1, 1),
    ]  # fmt: skip


def test_a_unit_is_convolution_dropout_norm_and_activation() -> None:
    genome = fractalnet()
    at = "block3/column2/unit1/"
    assert genome[at + "dropout"].op == ops.Dropout(0.2)
    assert genome[at + "norm"].op == ops.BatchNorm2d(affine=False)
    assert genome[at + "conv"].op == ops.Conv2d(256, bias=True)
    assert genome[at + "act"].inputs == (at + "norm",) and genome[at + "norm"].inputs == (at + "dropout",)
    assert not any("dropout" in node.name for node in genome.nodes if node.name.startswith("block1/"))


def test_a_network_that_nobody_published_builds() -> None:
    genome = fractalnet(columns=2, widths=(10, 11), dropout=(0, 0.5), drop_path=0.3, input_shape=(1, 9, 9), classes=3)
    assert genome.depth == 2 * 2 + 1
    assert genome.shapes["block2/join2"] == (11, 2, 2)


def test_what_no_network_can_have_is_refused() -> None:
    with pytest.raises(GenomeError, match="columns must be a whole number of at least 1, got 0"):
        fractalnet(columns=0)
    with pytest.raises(GenomeError, match="a fractal has 1 to 10 columns, got 11"):
        fractalnet(columns=11)
    with pytest.raises(GenomeError, match=r"dropout must be a rate for each of the 2 widths, got \(0.1,\)"):
        fractalnet(widths=(8, 8), dropout=(0.1,))
    with pytest.raises(GenomeError, match=r"node 'block5/column1/unit1/pool' \(max_pool\)"):
        fractalnet(input_shape=(3, 16, 16))
