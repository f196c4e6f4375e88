"""LeNet-5 against section II-B of its paper."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.lenet import SEES, codes, lenet5


def test_each_layer_has_the_params_that_the_paper_counts() -> None:
    # LeCun et al. 1998, section II-B: 156, 12, 1,516, 32, 48,120 and 10,164, in all 60,000; the codes are fixed.
    genome = lenet5()
    counts: Counter[str] = Counter()
    for node in genome.nodes:
        counts[node.name.partition("/")[0]] += genome.facts(node.name).params
    assert [counts[layer] for layer in ("c1", "s2", "c3", "s4", "c5", "f6", "head")] == [156, 12, 1_516, 32, 48_120, 10_164, 0]
    assert genome.params == 60_000


def test_the_original_has_the_connections_that_the_paper_counts() -> None:
    # A weight or a bias at a place is a connection, the sub-sampling sums four pixels: 122,304, 5,880, 151,600, 2,000,
    # 48,120 and 10,164 stand in section II-B; 10 codes of 84 make 340,908.
    genome = lenet5()
    convolved = {name: genome.shapes[name] for name in ("c1/conv", "c3/concat", "c5/conv", "f6/linear")}
    biases = sum(shape[0] * (shape[1] * shape[2] if len(shape) > 1 else 1) for shape in convolved.values())
    sums = 5 * (6 * 14 * 14 + 16 * 5 * 5)
    assert genome.macs + biases + sums + 840 == 340_908
    assert genome.macs == 6 * 25 * 28**2 + 60 * 25 * 10**2 + 120 * 16 * 25 + 84 * 120


def test_the_original_has_the_papers_sizes() -> None:
    shapes = lenet5().shapes
    layers = ["c1/act", "s2/act", "c3/act", "s4/act", "c5/act", "f6/act", "output"]
    assert [shapes[name] for name in layers] == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1), (84,), (10,)]


def test_the_maps_of_c3_see_what_table_1_says() -> None:
    # Six see three neighbours, six four neighbours, three see four others, one sees all; each map of S2 is seen by ten.
    assert [len(seen) for seen in SEES] == [3] * 6 + [4] * 9 + [6]
    assert len(set(SEES)) == 16
    assert all(sum(map_ in seen for seen in SEES) == 10 for map_ in range(6))
    around = [{(start + step) % 6 for step in range(3)} for start in range(6)]
    assert [set(seen) for seen in SEES[:6]] == around
    assert [set(seen) for seen in SEES[6:12]] == [{*three, (start + 3) % 6} for start, three in enumerate(around)]
    genome = lenet5()
    assert genome["c3/map13/select"].op == ops.ChannelSelect((0, 1, 3, 4))
    assert genome["c3/map13/conv"].op == ops.Conv2d(1, (5, 5), (1, 1), (0, 0), bias=True)
    assert genome["c3/concat"].inputs == tuple(f"c3/map{number}/conv" for number in range(1, 17))


def test_the_codes_are_ten_different_bitmaps_of_84_pixels() -> None:
    known = codes()
    assert [len(code) for code in known] == [84] * 10
    assert min(sum(a != b for a, b in zip(one, two, strict=True)) for one, two in itertools.combinations(known, 2)) >= 9
    # The zero and the eight are their own mirror images, the one is a column of twelve pixels, the seven begins with a whole row.
    assert all(known[1][row * 7 + 3] == "+" for row in range(12))
    assert known[7][:7] == "+++++++"
    for code in (known[0], known[8]):
        assert all(code[at : at + 7] == code[at : at + 7][::-1] for at in range(0, 84, 7))


def test_squashing_is_the_papers() -> None:
    genome = lenet5()
    assert genome["c1/act"].op == genome["f6/act"].op == ops.Activation("scaled_tanh")
    assert genome["s2/act"].op == ops.Activation("sigmoid")


@pytest.mark.parametrize(("form", "params", "macs", "depth"), [("modern", 61_706, 416_520, 5), ("caffe", 431_080, 2_293_000, 4)])
def test_the_later_forms(form: str, params: int, macs: int, depth: int) -> None:
    # Modern: C3 of 2,416 and a linear layer of 850 in place of 1,516 and the codes. Caffe: BVLC's lenet.prototxt.
    genome = lenet5(form=form)
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)


def test_caffes_form_has_one_activation() -> None:
    genome = lenet5(form="caffe")
    assert [node.name for node in genome.nodes if isinstance(node.op, ops.Activation)] == ["ip1/act"]
    assert genome.input_shape == (1, 28, 28)


def test_other_classes_and_images_build() -> None:
    assert len(lenet5(classes=3)["head/rbf"].op.codes) == 3  # type: ignore[attr-defined]
    assert lenet5(form="modern", classes=26).shapes["output"] == (26,)
    genome = lenet5(input_shape=(3, 40, 36))  # c5 puts out 3x2 places
    assert genome.facts("f6/linear").params == (120 * 3 * 2 + 1) * 84


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match=r"classes must be 1 to 10, got 11: .* the nearest is 10, and form='modern' takes any"):
        lenet5(classes=11)
    with pytest.raises(GenomeError, match="classes must be a whole number of at least 1, got 0"):
        lenet5(classes=0)
    with pytest.raises(GenomeError, match="form must be one of original, modern, caffe, got 'cafe'; did you mean 'caffe'"):
        lenet5(form="cafe")
    with pytest.raises(GenomeError, match=r"node 's4/pool' \(avg_pool\)"):
        lenet5(input_shape=(1, 15, 15))
