"""Inception v3 against the released model (arXiv:1512.00567)."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.genome.convolution import Conv2d
from nas.zoo.catalogue import find
from nas.zoo.inception_v3 import inception_v3


@pytest.fixture(scope="module")
def genome() -> Genome:
    return inception_v3()


def test_params_and_macs(genome: Genome) -> None:
    assert (genome.params, genome.macs) == (23_834_568, 5_713_216_096)
    assert inception_v3(auxiliary=False).params == 23_834_568


def test_the_auxiliary_head_is_a_further_output(genome: Genome) -> None:
    assert genome.outputs == ("output", "auxiliary/output")
    # 768 -> 128 by 1x1, 128 -> 768 by 5x5, both with norm; 768 -> 1000.
    assert genome.auxiliary_params == 768 * 128 + 256 + 25 * 128 * 768 + 1_536 + 769_000 == 3_326_696
    assert genome.params + genome.auxiliary_params == 27_161_264


def test_it_is_48_layers_deep(genome: Genome) -> None:
    # Stem 5, modules 3 * 3 + 4 * 5 + 2 * 3, between them 3 and 4, linear 1. The paper says 42 of the net of its table 1.
    assert genome.depth == 5 + 9 + 3 + 20 + 4 + 6 + 1


@pytest.mark.parametrize(
    ("node", "shape"),
    [
        ("stem/conv3/act", (64, 147, 147)),
        ("stem/conv5/act", (192, 71, 71)),
        ("stem/pool2", (192, 35, 35)),
        ("inception_a/block1/concat", (256, 35, 35)),
        ("inception_a/block3/concat", (288, 35, 35)),
        ("reduction_a/concat", (768, 17, 17)),
        ("inception_b/block4/concat", (768, 17, 17)),
        ("reduction_b/concat", (1280, 8, 8)),
        ("inception_c/block2/concat", (2048, 8, 8)),
    ],
)
def test_shapes_of_the_stages(genome: Genome, node: str, shape: tuple[int, int, int]) -> None:
    assert genome.shapes[node] == shape


def test_only_the_7x7_convolutions_are_factorised_in_a_row() -> None:
    kernels: dict[str, set[tuple[int, int]]] = {}
    for node in inception_v3(auxiliary=False).nodes:
        if isinstance(node.op, Conv2d):
            kernels.setdefault(node.name.split("/")[0], set()).add(node.op.kernel)
    assert kernels["inception_a"] == {(1, 1), (3, 3), (5, 5)}
    assert kernels["inception_b"] == {(1, 1), (1, 7), (7, 1)}
    assert kernels["inception_c"] == {(1, 1), (3, 3), (1, 3), (3, 1)}


def test_1x3_and_3x1_stand_side_by_side(genome: Genome) -> None:
    wide, tall = (genome[f"inception_c/block1/double/split1/{name}/conv1/conv"] for name in ("wide", "tall"))
    assert wide.inputs == tall.inputs == ("inception_c/block1/double/conv2/act",)


def test_the_order_of_the_factors_in_the_double_branch(genome: Genome) -> None:
    # As released: 7x1, 1x7, 7x1, 1x7, with the module's inner width up to the last.
    convs = [genome[f"inception_b/block1/double/conv{i}/conv"].op for i in (2, 3, 4, 5)]
    assert [(op.kernel, op.out_channels) for op in convs if isinstance(op, Conv2d)] == [
        ((7, 1), 128), ((1, 7), 128), ((7, 1), 128), ((1, 7), 192),
    ]  # fmt: skip


def test_layers_without_params(genome: Genome) -> None:
    # Section 6 and the released model: averages in all modules, maxima between the stages, norms of epsilon 0.001.
    pools = {n.name: n.op.kind for n in genome.nodes if n.name.endswith("/pool/pool1")}
    assert {name for name, kind in pools.items() if kind == "max_pool"} == {"reduction_a/pool/pool1", "reduction_b/pool/pool1"}
    assert len(pools) == 3 + 1 + 4 + 1 + 2
    assert {n.op for n in genome.nodes if n.op.kind == "batch_norm"} == {ops.BatchNorm2d(eps=1e-3)}
    assert genome["head/dropout"].op == ops.Dropout(0.2)
    assert (genome.shapes["auxiliary/pool"], genome.shapes["auxiliary/conv2/act"]) == ((768, 5, 5), (768, 1, 1))


def test_other_modules_images_and_classes() -> None:
    genome = inception_v3(pools=(16,), inner=(96, 100), last=1, input_shape=(1, 96, 128), classes=10, auxiliary=False)
    assert genome.shapes["inception_a/block1/concat"][0] == 64 + 64 + 96 + 16
    assert genome.depth == 5 + 3 + 3 + 10 + 4 + 3 + 1
    assert genome.classes == 10


def test_what_is_not_admissible_is_refused() -> None:
    with pytest.raises(GenomeError, match="last must be a whole number of at least 1, got 0"):
        inception_v3(last=0)
    with pytest.raises(GenomeError, match=r"node 'auxiliary/conv2/conv' \(conv2d\): puts out"):
        inception_v3(input_shape=(3, 224, 224))
    with pytest.raises(GenomeError, match=r"node 'reduction_b/three/conv2/conv' \(conv2d\): puts out"):
        inception_v3(input_shape=(3, 64, 64), auxiliary=False)


def test_the_catalogue_knows_the_published_figures() -> None:
    # 23,626,728 is within 0.9 % of the widths; the paper states 5 billion multiply-adds and fewer than 25 M params.
    entry = find("inception_v3")
    assert entry.agreement() == {"params": False, "macs": True} and entry.variant.note
