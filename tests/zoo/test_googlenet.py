"""GoogLeNet against table 1 of its paper (Szegedy et al. 2014, arXiv:1409.4842), row by row."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.zoo.catalogue import agrees, find
from nas.zoo.googlenet import googlenet

# Table 1 as printed: the row's nodes and its last one, output (channels, height, width), depth, params in K, ops in M.
TABLE = {
    "conv1": ("stem/conv1/", "act", (64, 112, 112), 1, "2.7", "34"),
    "pool1": ("stem/pool1", "", (64, 56, 56), 0, "", ""),
    "conv2": ("stem/", "norm2", (192, 56, 56), 2, "112", "360"),
    "pool2": ("stem/pool2", "", (192, 28, 28), 0, "", ""),
    "3a": ("inception3a/", "concat", (256, 28, 28), 2, "159", "128"),
    "3b": ("inception3b/", "concat", (480, 28, 28), 2, "380", "304"),
    "pool3": ("pool3", "", (480, 14, 14), 0, "", ""),
    "4a": ("inception4a/", "concat", (512, 14, 14), 2, "364", "73"),
    "4b": ("inception4b/", "concat", (512, 14, 14), 2, "437", "88"),
    "4c": ("inception4c/", "concat", (512, 14, 14), 2, "463", "100"),
    "4d": ("inception4d/", "concat", (528, 14, 14), 2, "580", "119"),
    "4e": ("inception4e/", "concat", (832, 14, 14), 2, "840", "170"),
    "pool4": ("pool4", "", (832, 7, 7), 0, "", ""),
    "5a": ("inception5a/", "concat", (832, 7, 7), 2, "1072", "54"),
    "5b": ("inception5b/", "concat", (1024, 7, 7), 2, "1388", "71"),
    "pool": ("head/pool", "", (1024, 1, 1), 0, "", ""),
    "dropout": ("head/dropout", "", (1024, 1, 1), 0, "", ""),
    "linear": ("head/linear", "", (1000,), 1, "1000", "1"),
}
# What the printed widths give where the printed figure is another one: weights + biases, and multiply-accumulates.
PARAMS = {
    "4a": 375_552 + 624,
    "4b": 448_512 + 648,
    "4c": 509_440 + 664,
    "4d": 604_672 + 704,
    "4e": 867_328 + 1_024,
    "5a": 1_042_432 + 1_024,  # 832 * (256 + 160 + 32 + 128) + 9 * 160 * 320 + 25 * 32 * 128, and 832 + 160 + 32
    "5b": 1_442_816 + 1_264,
}
MACS = {"5a": 51_079_168}  # 49 * 1,042,432


@pytest.fixture(scope="module")
def table1() -> Genome:
    return googlenet(conv1="separable")


def counts(genome: Genome, row: str) -> tuple[int, int]:
    """Params and multiply-accumulates of a row; conv2's scope is the stem, where conv1 has its own."""
    prefix = TABLE[row][0]
    inside = [n.name for n in genome.nodes if n.name.startswith(prefix) and (row != "conv2" or "conv1" not in n.name)]
    return sum(genome.facts(name).params for name in inside), sum(genome.facts(name).macs for name in inside)


@pytest.mark.parametrize("row", TABLE)
def test_a_row_has_the_printed_output_size(table1: Genome, row: str) -> None:
    prefix, last, shape, *_ = TABLE[row]
    assert table1.shapes[prefix + last] == shape


@pytest.mark.parametrize("row", TABLE)
def test_a_row_has_the_printed_depth(row: str) -> None:
    genome, longest = googlenet(auxiliary=False), {"": 0}
    for node in genome.nodes:
        inside = node.name.startswith(TABLE[row][0]) and not (row == "conv2" and "conv1" in node.name)
        longest[node.name] = max(longest[name] for name in node.inputs or ("",)) + (inside and node.op.weighted)
    assert longest["output"] == TABLE[row][3]


@pytest.mark.parametrize("row", [row for row in TABLE if TABLE[row][4]])
def test_a_row_has_the_printed_params_or_the_paper_misprints_them(table1: Genome, row: str) -> None:
    printed, params = TABLE[row][4], counts(table1, row)[0]
    # The unit is 1024; 3a is cut (159.9), 3b rounded (379.6).
    assert agrees(round(params * 1000 / 1024), printed + "K") is (row not in PARAMS)
    assert params == PARAMS.get(row, params)


@pytest.mark.parametrize("row", [row for row in TABLE if TABLE[row][5]])
def test_a_row_has_the_printed_operations_or_the_paper_misprints_them(table1: Genome, row: str) -> None:
    printed, macs = TABLE[row][5], counts(table1, row)[1]
    assert agrees(macs, printed + "M") is (row not in MACS)
    assert macs == MACS.get(row, macs)


def test_the_printed_first_row_is_a_separable_convolution(table1: Genome) -> None:
    # 7 * 7 * 3 * 8 + 24 * 64 weights, each used at 112 x 112 places; the text's 7x7 convolution has 7 * 7 * 3 * 64.
    assert counts(table1, "conv1") == (1_176 + 1_536 + 64, 34_019_328)
    assert counts(googlenet(), "conv1") == (9_408 + 64, 118_013_952)


def test_the_whole_net() -> None:
    genome = googlenet(auxiliary=False)
    assert (genome.params, genome.macs, genome.depth) == (6_998_552, 1_582_671_872, 22)
    assert genome.auxiliary_params == 0 and genome.outputs == ("output",)


def test_the_whole_net_of_table_1(table1: Genome) -> None:
    # 6,983,576 weights and 8,280 biases, those of 6,998,552 - 6,990,272 in the net with a dense convolution.
    assert (table1.params, table1.macs, table1.depth) == (6_983_576 + 8_280, 1_498_677_248, 23)


def test_the_auxiliary_heads_are_further_outputs() -> None:
    genome = googlenet()
    assert genome.outputs == ("output", "auxiliary1/output", "auxiliary2/output")
    # From 4a with 512 channels and from 4d with 528: 3,188,840 and 128 * 16 more.
    assert genome.auxiliary_params == 3_188_840 + 3_190_888
    assert genome.params + genome.auxiliary_params == 13_378_280
    assert genome.shapes["auxiliary1/pool"] == (512, 4, 4) and genome.shapes["auxiliary2/pool"] == (528, 4, 4)
    assert genome["auxiliary2/linear1"].op == ops.Linear(1024)


def test_it_has_27_layers_with_the_pools() -> None:
    # Section 5: 22 layers with parameters, 27 with pooling; those within modules are beside the longest path.
    pools = [node.name for node in googlenet(auxiliary=False).nodes if "pool" in node.op.kind and "inception" not in node.name]
    assert pools == ["stem/pool1", "stem/pool2", "pool3", "pool4", "head/pool"]


def test_layers_without_params(table1: Genome) -> None:
    # Figure 2b pools the maximum in each module, table 1 drops 40 % and section 5 70 %; Caffe's constants of the norms,
    # whose alpha of 1e-4 is divided by the five channels.
    assert sum(n.name.endswith("/pool/pool1") and n.op.kind == "max_pool" for n in table1.nodes) == 9
    assert [n.name for n in table1.nodes if n.op.kind == "local_response_norm"] == ["stem/norm1", "stem/norm2"]
    assert table1["stem/norm1"].op == ops.LocalResponseNorm(5, 1e-4 / 5, 0.75, 1.0)
    assert (table1["head/dropout"].op, table1["auxiliary1/dropout"].op) == (ops.Dropout(0.4), ops.Dropout(0.7))
    assert not any(n.op.kind == "batch_norm" for n in table1.nodes)


def test_other_images_and_classes() -> None:
    genome = googlenet(conv1="separable", input_shape=(1, 79, 97), classes=10)
    assert genome.shapes["stem/conv1/depthwise"] == (8, 40, 49)
    assert genome.classes == 10


def test_an_image_too_small_for_the_auxiliary_heads_fails_there() -> None:
    with pytest.raises(GenomeError, match=r"node 'auxiliary1/pool' \(avg_pool\): its window of 5 is larger"):
        googlenet(input_shape=(3, 78, 78))
    assert googlenet(auxiliary=False, input_shape=(3, 78, 78)).classes == 1000


def test_an_unknown_first_convolution_is_refused() -> None:
    with pytest.raises(GenomeError, match="conv1 must be one of dense, separable, got 'seperable'; did you mean 'separable'"):
        googlenet(conv1="seperable")


@pytest.mark.parametrize("name", ["googlenet", "googlenet-table1"])
def test_the_catalogue_says_that_the_printed_sum_is_not_the_nets(name: str) -> None:
    entry = find(name)
    assert entry.agreement() == {"params": False, "macs": True} and entry.variant.note
