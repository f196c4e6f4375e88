"""Fully convolutional networks against table 1 of their paper and the offsets of the authors' models."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.fcn import fcn


def offsets(stride: int, trunk: str = "vgg") -> list[tuple[int, int]]:
    return [node.op.offset for node in fcn(stride=stride, trunk=trunk).nodes if isinstance(node.op, ops.Crop)]


@pytest.mark.parametrize(("trunk", "params"), [("vgg", 134_346_581), ("alexnet", 56_954_261)])
def test_without_upsampling_they_have_the_papers_params(trunk: str, params: int) -> None:
    # Long et al. 2015, arXiv:1411.4038, table 1: 134 M and 57 M. A trunk, its first two fully connected layers, 21 scores.
    assert fcn(trunk=trunk, deconvolution=False).params == params


@pytest.mark.parametrize(("stride", "params", "depth"), [(32, 136_152_917, 17), (16, 134_815_994, 18), (8, 134_489_759, 19)])
def test_finer_nets_have_smaller_upsamplings(stride: int, params: int, depth: int) -> None:
    # 21 * 21 weights at each of 64 * 64 places; or of 32 * 32 and 4 * 4; or of 16 * 16 and twice 4 * 4; and the skips.
    genome = fcn(stride=stride)
    assert (genome.params, genome.depth) == (params, depth)
    skips = {32: 0, 16: 513 * 21, 8: 513 * 21 + 257 * 21}[stride]
    places = {32: 64**2, 16: 32**2 + 4**2, 8: 16**2 + 2 * 4**2}[stride]
    assert params == 134_346_581 + skips + 21 * 21 * places


@pytest.mark.parametrize(("stride", "crops"), [(32, [19]), (16, [5, 27]), (8, [5, 9, 31])])
def test_the_windows_on_the_way_lead_to_the_authors_offsets(stride: int, crops: list[int]) -> None:
    assert offsets(stride) == [(each, each) for each in crops]


def test_the_offset_of_alexnet_is_the_authors() -> None:
    assert offsets(32, "alexnet") == [(18, 18)]  # voc-fcn-alexnet
    assert fcn(trunk="alexnet")["upscore/deconv"].op == ops.ConvTranspose2d(21, (63, 63), (32, 32), (0, 0))


@pytest.mark.parametrize("trunk", ["vgg", "alexnet"])
@pytest.mark.parametrize("stride", [32, 16, 8])
def test_there_is_a_score_for_each_pixel_of_any_image(trunk: str, stride: int) -> None:
    for high, wide in ((1, 1), (7, 61), (33, 100), (224, 225), (500, 375)):
        assert fcn(trunk=trunk, stride=stride, input_shape=(3, high, wide)).shapes["output"] == (21, high, wide)


def test_the_skips_come_from_the_poolings_of_their_stride() -> None:
    genome = fcn(stride=8)
    assert [genome[f"fuse{stride}/score"].inputs for stride in (16, 8)] == [("stage4/pool",), ("stage3/pool",)]
    assert genome["fuse8/deconv"].inputs == ("fuse16/sum",)
    assert genome["fuse8/sum"].inputs == ("fuse8/deconv", "fuse8/crop")


def test_poolings_count_the_window_that_is_cut_off() -> None:
    # 224 + 200 - 2 = 422, then halves rounded up; the 7x7 window leaves 8 of 14.
    shapes = fcn().shapes
    assert [shapes[f"stage{stage}/pool"][1] for stage in range(1, 6)] == [211, 106, 53, 27, 14]
    assert (shapes["fc6/conv"], shapes["score/conv"]) == ((4096, 8, 8), (21, 8, 8))


def test_without_the_last_upsampling_it_ends_with_the_scores_of_its_stride() -> None:
    # 8 coarse scores; 2 * 7 + 4 = 18 at stride 16.
    assert fcn(deconvolution=False).shapes["output"] == (21, 8, 8)
    assert fcn(stride=16, deconvolution=False).shapes["output"] == (21, 18, 18)


def test_other_classes_and_widths_build() -> None:
    genome = fcn(stride=16, hidden=10, classes=5, dropout=0.0, input_shape=(1, 40, 60))
    assert genome.shapes["output"] == (5, 40, 60)
    assert genome.facts("fc7/conv").params == 11 * 10


def test_inadmissible_arguments_say_what_is_admissible() -> None:
    with pytest.raises(GenomeError, match="stride must be one of 32, 16, 8, got 4; the nearest is 8"):
        fcn(stride=4)
    with pytest.raises(GenomeError, match="trunk must be one of vgg, alexnet, got 'alex_net'; did you mean 'alexnet'"):
        fcn(trunk="alex_net")
    with pytest.raises(GenomeError, match="hidden must be a whole number of at least 1, got 0"):
        fcn(hidden=0)
