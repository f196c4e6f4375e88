"""BN-Inception against the two implementations of it, and the widths of its figure 5 (arXiv:1502.03167)."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.catalogue import find
from nas.zoo.inception_v2 import inception_v2


@pytest.mark.parametrize(
    ("arguments", "params", "macs"),
    [
        ({"form": "caffe"}, 11_285_224, 2_032_600_064),
        ({"form": "caffe", "conv_bias": True}, 11_295_240, 2_032_600_064),
        ({"form": "tf_slim"}, 11_188_288, 1_934_857_216),
    ],
)
def test_params_and_macs_are_those_of_the_implementations(arguments: dict[str, object], params: int, macs: int) -> None:
    genome = inception_v2(**arguments)  # type: ignore[arg-type]
    assert (genome.params, genome.macs) == (params, macs)


# The output column of figure 5, but for Caffe's 4c to 4e, where its 128 channels behind the pooling make 32 more.
WIDTHS = {
    "3a": 256, "3b": 320, "3c": 576, "4a": 576, "4b": 576, "4c": 576, "4d": 576, "4e": 1024, "5a": 1024, "5b": 1024,
}  # fmt: skip


@pytest.mark.parametrize(("form", "more"), [("tf_slim", 0), ("caffe", 32)])
def test_the_modules_put_out_the_widths_of_figure_5(form: str, more: int) -> None:
    shapes = inception_v2(form=form).shapes
    for name, width in WIDTHS.items():
        side = 28 if name in ("3a", "3b") else 7 if name in ("4e", "5a", "5b") else 14
        assert shapes[f"inception{name}/concat"] == (width + (more if name in ("4c", "4d", "4e") else 0), side, side)


def test_it_is_12_layers_deeper_than_googlenet() -> None:
    # 22 layers; two 3x3 for a 5x5 are one more in each of its 9 modules, and there is a tenth of 3.
    assert inception_v2().depth == 22 + 9 + 3
    # A separable convolution has two halves.
    assert inception_v2(form="tf_slim").depth == 22 + 9 + 3 + 1


def test_modules_average_but_for_the_last_and_those_of_stride_2() -> None:
    kinds = {n.name.split("/")[0]: n.op.kind for n in inception_v2().nodes if n.name.endswith("/pool/pool1")}
    assert {name for name, kind in kinds.items() if kind == "max_pool"} == {"inception3c", "inception4e", "inception5b"}
    assert len(kinds) == 10


def test_modules_of_stride_2_pass_the_pooled_line_through() -> None:
    genome = inception_v2()
    assert genome["inception3c/concat"].inputs[-1] == "inception3c/pool/pool1"
    # At an even size the window has no padding in front, as both implementations have it.
    assert genome["inception3c/pool/pool1"].op == ops.MaxPool2d((3, 3), (2, 2), (0, 0), ceil=True)


def test_odd_sizes_other_channels_and_classes() -> None:
    genome = inception_v2(form="tf_slim", input_shape=(1, 200, 232), classes=7)
    # 25 x 29 pixels at 3c: convolution and pooling meet at 13 x 15.
    assert genome.shapes["inception3b/concat"][1:] == (25, 29)
    assert genome.shapes["inception3c/concat"] == (576, 13, 15)
    assert genome.shapes["stem/depthwise1"] == (8, 100, 116)
    assert genome.classes == 7


def test_an_image_too_small_fails_where_it_vanishes() -> None:
    with pytest.raises(GenomeError, match=r"node 'inception4e/pool/pool1' \(max_pool\): its window of 3 is larger"):
        inception_v2(input_shape=(3, 24, 24))


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(GenomeError, match="form must be one of caffe, tf_slim, got 'tf-slim'; did you mean 'tf_slim'"):
        inception_v2(form="tf-slim")


@pytest.mark.parametrize("name", ["inception_v2-caffe", "inception_v2-tf_slim"])
def test_the_catalogue_says_that_the_papers_figure_does_not_follow(name: str) -> None:
    entry = find(name)
    assert entry.agreement() == {"params": False} and entry.variant.note
