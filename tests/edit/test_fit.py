"""Networks for other images: every published one, and against the same network built for them."""

from __future__ import annotations

import pytest

from nas.edit import fit
from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Builder
from nas.zoo import Entry, find
from nas.zoo import load as published

SHAPES: list[Shape] = [(1, 8, 8), (3, 32, 32), (3, 64, 64), (1, 28, 28), (3, 17, 23)]
CLASSES = 7

# What has no form for other images, and why.
CODES = "the number of classes at 'output' is fixed at 10"
GRID = "the paper's windows give no grid of 6; set adaptive, or take other bins"
REFUSED = {
    **{("lenet5-original", shape): CODES for shape in SHAPES},
    **{(name, shape): "/crop' crops those of (3, 224, 224)"
       for name in ("fcn-32s", "fcn-16s", "fcn-8s", "fcn-alexnet-32s") for shape in SHAPES},
    ("spp_net-zf5", (1, 8, 8)): GRID,
    ("spp_net-zf5", (3, 17, 23)): GRID,
}  # fmt: skip
# Networks whose own last map is smaller: they have no pooling over all that is left, and end with one pixel or few.
SMALL = {"lenet5-modern": 1, "lenet5-caffe": 4, "highway_mnist-10": 3}


def last_map(genome: Genome) -> tuple[int, ...]:
    """Height and width of the last map in front of global pooling or a linear layer; as `fit` aims at it, but counted here."""
    sizes, stack, seen = [], [genome.outputs[0]], set[str]()
    while stack:
        name = stack.pop()
        shape = genome.shapes[name]
        if name in seen:
            continue
        seen.add(name)
        if len(shape) == 3 and shape[1:] != (1, 1):
            sizes.append(shape[1:])
            continue
        stack.extend(genome[name].inputs)
    return min(sizes, key=min)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_published_network_is_fitted_or_says_why_not(shape: Shape, zoo: list[Entry]) -> None:
    for entry in zoo:
        if len(entry.genome) > 1500:
            continue
        if (entry.name, shape) in REFUSED:
            with pytest.raises(GenomeError) as caught:
                fit(entry.genome, input_shape=shape, classes=CLASSES)
            assert REFUSED[entry.name, shape] in str(caught.value)
            continue
        fitted = fit(entry.genome, input_shape=shape, classes=CLASSES)
        assert fitted.input_shape == shape, entry.name
        assert {fitted.shapes[name][0] for name in fitted.outputs} == {CLASSES}, entry.name
        assert fitted.depth == entry.genome.depth, entry.name
        if not entry.name.startswith("fractalnet"):
            assert min(last_map(fitted)) >= min(4, SMALL.get(entry.name, 4)), entry.name


def test_its_own_images_and_classes_change_nothing(zoo: list[Entry]) -> None:
    for entry in zoo:
        genome = entry.genome
        assert fit(genome, input_shape=genome.input_shape, classes=genome.classes) == genome, entry.name


@pytest.mark.parametrize(
    "name",
    [
        "alexnet-grouped", "deeply_fused-26-3", "densenet-40-12", "dmrnet_imagenet-44", "dsn-cifar10", "fcn-vgg", "googlenet",
        "highway-19", "inception_resnet_v1", "inception_v2-caffe", "inception_v3", "inception_v4", "mobilenet_v1-1.0-224",
        "nin-imagenet", "preresnet-50", "resnet-18", "resnet_cifar-20", "resnext-50-32x4d", "shufflenet_v1-g3",
        "squeezenet-1.1", "stochastic_depth-110", "vgg-A", "wide_resnet-16-8", "xception",
    ],
)  # fmt: skip
def test_larger_images_are_taken_as_the_paper_takes_them(name: str) -> None:
    entry = find(name)
    channels, high, wide = entry.genome.input_shape
    shape = (channels, high + 32, wide + 64)
    fitted = fit(entry.genome, input_shape=shape, classes=CLASSES)
    assert fitted.fingerprint == entry.build(input_shape=shape, classes=CLASSES).fingerprint


@pytest.mark.parametrize("side", [128, 160, 192])
def test_a_mobilenet_of_a_smaller_resolution_is_the_published_one(side: int) -> None:
    fitted = fit(published("zoo:mobilenet_v1-1.0-224"), input_shape=(3, side, side), classes=1000)
    assert fitted.fingerprint == published(f"zoo:mobilenet_v1-1.0-{side}").fingerprint


def test_the_earliest_reductions_are_taken_out() -> None:
    fitted = fit(published("zoo:resnet-18"), input_shape=(3, 32, 32), classes=10)
    # Of five halvings those of the stem's convolution and pooling: the form for CIFAR.
    assert [fitted.shapes[f"stage{n}/block2/sum"] for n in (1, 2, 3, 4)] == [
        (64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4),
    ]  # fmt: skip
    assert fitted.params == 11_689_512 - 990 * 513


@pytest.mark.parametrize(("side", "sides"), [(17, (9, 5)), (18, (9, 5)), (19, (10, 5)), (20, (10, 5))])
def test_reductions_leave_a_half_rounded_up(side: int, sides: tuple[int, int]) -> None:
    """Without padding 20 pixels would leave 7, then 3; the reductions are kept, since half of half are 4 at least."""
    b = Builder()
    image = b.add("input", ops.Input((3, 64, 64)))
    left = b.max_pool("left", image, kernel=2, stride=2)
    right = b.conv("right", image, 3, kernel=7, stride=2, padding=0)
    line = b.concat("join", b.max_pool("cut", left, kernel=4, stride=1), right)
    b.classifier(b.max_pool("pool", line, kernel=3, stride=2), 5)
    fitted = fit(b.genome(), input_shape=(3, side, side), classes=5)
    assert (fitted.shapes["join"][1], fitted.shapes["pool"][1]) == sides


def test_a_window_that_no_longer_moves_is_left_out_or_centred() -> None:
    b = Builder()
    line = b.add("input", ops.Input((3, 64, 64)))
    for number, (kernel, stride) in enumerate([(2, 2), (3, 2), (1, 2), (2, 2)]):
        line = b.max_pool(f"pool{number}", line, kernel=kernel, stride=stride)
    b.classifier(line, 5)
    fitted = fit(b.genome(), input_shape=(3, 8, 8), classes=5)
    assert [fitted[f"pool{n}"].op for n in range(4)] == [
        ops.Identity(), ops.MaxPool2d((3, 3), (1, 1), (1, 1)), ops.Identity(), ops.MaxPool2d((2, 2), (2, 2), (0, 0), ceil=True),
    ]  # fmt: skip


def test_an_even_window_begins_at_the_first_pixel() -> None:
    """As it is, 14 of 16 pixels would leave 3; padded, 16 leave 4."""
    b = Builder()
    line = b.conv("conv", b.add("input", ops.Input((3, 64, 64))), 4, padding=0)
    b.classifier(b.max_pool("pool", line, kernel=4, stride=4), 5)
    assert fit(b.genome(), input_shape=(3, 16, 16), classes=5).shapes["pool"] == (4, 4, 4)


def test_where_four_pixels_cannot_be_had_the_most_are_left() -> None:
    """Two 2x2 windows take a pixel each: 5 pixels leave 1 with the reduction, 3 without."""
    b = Builder()
    line = b.conv("halve", b.add("input", ops.Input((3, 64, 64))), 4, stride=2)
    for number in range(2):
        line = b.conv(f"even{number}", line, 4, kernel=2, padding=0)
    b.classifier(line, 5)
    assert fit(b.genome(), input_shape=(3, 5, 5), classes=5).shapes["even1"] == (4, 3, 3)


def test_nothing_halves_a_single_pixel() -> None:
    """Five halvings leave one of 32 pixels; of 8 pixels three do."""
    b = Builder()
    line = b.add("input", ops.Input((3, 32, 32)))
    for number in range(5):
        line = b.conv(f"conv{number}", line, 4, stride=2)
    b.classifier(line, 5)
    fitted = fit(b.genome(), input_shape=(3, 8, 8), classes=5)
    assert [fitted.shapes[f"conv{number}"][1] for number in range(5)] == [8, 8, 4, 2, 1]


def test_fractalnet_halves_small_images_in_its_last_blocks() -> None:
    fitted = fit(published("zoo:fractalnet-narrow-10"), input_shape=(1, 8, 8), classes=10)
    halved = [node.name for node in fitted.nodes if isinstance(node.op, ops.MaxPool2d) and node.op.stride == (2, 2)]
    assert {name.partition("/")[0] for name in halved} == {"block3", "block4", "block5"}


def test_a_scale_from_global_pooling_does_not_hide_the_last_map() -> None:
    """Squeeze and excitation in the first block (Hu et al. 2018): the second block's map counts all the same."""
    b = Builder()
    line = b.conv("one", b.add("input", ops.Input((3, 64, 64))), 8, stride=2)
    scale = b.conv("excite", b.add("squeeze", ops.GlobalAvgPool2d(), line), 8, kernel=1)
    line = b.add("scaled", ops.Multiply(), line, scale)
    for number in range(3):
        line = b.conv(f"more{number}", line, 8, stride=2)
    b.classifier(line, 5)
    assert fit(b.genome(), input_shape=(3, 16, 16), classes=5).shapes["more2"] == (8, 4, 4)


def test_a_depthwise_convolution_of_the_image_follows_its_channels() -> None:
    b = Builder()
    line = b.depthwise("depthwise", b.add("input", ops.Input((3, 32, 32))))
    b.classifier(b.conv("conv", line, 8, kernel=1), 5)
    assert fit(b.genome(), input_shape=(6, 32, 32), classes=5)["depthwise"].op == ops.Conv2d(6, groups=6)


def test_a_deformable_convolution_is_a_reduction_too() -> None:
    b = Builder()
    line = b.add("deform", ops.DeformConv2d(8, stride=(2, 2)), b.add("input", ops.Input((3, 32, 32))))
    b.classifier(b.conv("conv", line, 8, stride=4), 5)
    assert fit(b.genome(), input_shape=(3, 16, 16), classes=5).shapes["conv"] == (8, 4, 4)


def test_an_auxiliary_head_tells_the_classes_too() -> None:
    fitted = fit(published("zoo:googlenet"), input_shape=(3, 32, 32), classes=10)
    assert len(fitted.outputs) == 3
    assert {fitted.shapes[name] for name in fitted.outputs} == {(10,)}


def test_crops_fit_other_channels_and_classes() -> None:
    fitted = fit(published("zoo:fcn-8s"), input_shape=(1, 224, 224), classes=3)
    assert fitted.shapes["output"] == (3, 224, 224)


def test_classes_that_are_put_together_are_fixed() -> None:
    b = Builder()
    flat = b.add("flatten", ops.Flatten(), b.add("input", ops.Input((3, 2, 2))))
    join = b.concat("join", b.add("left", ops.Linear(2), flat), b.add("right", ops.Linear(3), flat))
    b.add("output", ops.Output(), b.sum("sum", join, b.add("beside", ops.Linear(5), flat)))
    with pytest.raises(GenomeError, match="the number of classes at 'output' is fixed at 5"):
        fit(b.genome(), input_shape=(3, 2, 2), classes=7)


def test_flat_inputs_do_not_become_images() -> None:
    b = Builder()
    b.add("output", ops.Output(), b.add("linear", ops.Linear(5), b.add("input", ops.Input((12,)))))
    with pytest.raises(GenomeError, match=r"it does not fit images of \(3, 8, 8\): node 'linear' \(linear\): takes a flat input"):
        fit(b.genome(), input_shape=(3, 8, 8), classes=5)
    assert fit(b.genome(), input_shape=(9,), classes=5).params == 5 * 10


def test_the_smallest_images_are_fitted_too() -> None:
    fitted = fit(published("zoo:googlenet"), input_shape=(1, 1, 1), classes=2)
    assert (fitted.input_shape, fitted.classes) == ((1, 1, 1), 2)
