"""Edits of width: by hand, and against the same network built with other widths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.edit import deepen, scale_width, widen, widenable
from nas.errors import GenomeError
from nas.genome import Genome, Node, ops
from nas.motif import Builder
from nas.zoo import load


def test_widening_the_stem_doubles_it_and_what_reads_it(plain: Genome) -> None:
    wide = widen(plain, "stem/conv", 2)
    # Stem 3*16*9 = 432 and norm 32, conv 16*16*9 = 2,304 and norm 32, linear 85.
    assert wide.params == 432 + 32 + 2304 + 32 + 85
    assert wide.macs == 432 * 64 + 2304 * 16 + 80
    assert (wide.depth, wide.shapes["stem/act"]) == (3, (16, 8, 8))
    assert plain.params == 1501  # the original is what it was


def test_any_node_of_a_line_names_the_line(plain: Genome) -> None:
    assert widen(plain, "stem/norm", 2) == widen(plain, "stem/conv", 2)


def test_lines_that_are_summed_are_widened_together(staged: Callable[..., Genome]) -> None:
    wide = widen(staged("residual"), "stem/conv", 1.5)
    assert {wide.shapes[name][0] for name in ("stem/conv", "stage1/block1/sum", "stage1/block2/conv2")} == {6}
    assert wide.shapes["stage1/block1/conv1"][0] == 4  # between two convolutions it is a line of its own
    assert wide.shapes["stage2/block1/conv2"][0] == 8


def test_widening_within_a_block_leaves_the_line_around_it(staged: Callable[..., Genome]) -> None:
    net = staged("residual")
    # One 3x3 convolution gets 4 more outputs of 4 channels, its norm 8 more, the next convolution 4 more inputs.
    assert widen(net, "stage1/block2/conv1", 2).params == net.params + 4 * 4 * 9 + 8 + 4 * 4 * 9


def test_both_lines_of_merge_and_run_are_widened(staged: Callable[..., Genome]) -> None:
    wide = widen(staged("merge-and-run"), "stage2/block2/left/conv2", 2)
    assert wide.shapes["stage2/block2/left/sum"] == wide.shapes["stage2/block2/right/sum"] == (16, 4, 4)
    assert wide.shapes["stage1/block1/left/sum"][0] == 4


def test_a_branch_widens_the_concatenation(inception: Genome) -> None:
    wide = widen(inception, "module/three/conv", 2)
    assert wide.shapes["module/concat"][0] == 4 + 12
    # The convolution gets 6 outputs more, with biases, and each class 6 more.
    assert wide.params == inception.params + 6 * (8 * 9 + 1) + 6 * 5


def test_a_layer_of_a_dense_net_widens_all_later_ones(staged: Callable[..., Genome]) -> None:
    net = staged("dense", block="preact", depth=3)
    wide = widen(net, "stage1/block1/conv2", 2)
    for name in ("stage1/block1/join", "stage1/block2/join", "stage1/block3/join"):
        assert wide.shapes[name][0] == net.shapes[name][0] + 4


def test_depthwise_convolutions_follow_the_line(separable: Genome) -> None:
    wide = widen(separable, "stem/conv", 2)
    op = wide["depthwise"].op
    assert isinstance(op, ops.Conv2d)
    assert (op.groups, op.out_channels) == (16, 16)
    # Stem 8 more of 27 and norm, 8 more depthwise of 9 and norm, 8 more inputs of the pointwise one.
    assert wide.params == separable.params + 8 * 27 + 16 + 8 * 9 + 16 + 8 * 12


def test_depthwise_convolutions_behind_each_other_follow_too(separable: Genome) -> None:
    wide = widen(deepen(separable, "depthwise"), "stem/conv", 2)
    assert [node.op.groups for node in wide.nodes if isinstance(node.op, ops.Conv2d)] == [1, 16, 16, 1]


def test_a_depthwise_convolution_with_a_multiplier_keeps_it() -> None:
    b = Builder()
    line = b.conv("stem", b.add("input", ops.Input((3, 8, 8))), 8)
    b.classifier(b.add("double", ops.Conv2d(16, groups=8), line), 5)
    wide = widen(b.genome(), "stem", 1.5)
    assert wide["double"].op == ops.Conv2d(24, groups=12)


def test_a_width_is_rounded_to_what_groups_need(grouped: Genome) -> None:
    assert widen(grouped, "stem/conv", 1.3).shapes["stem/conv"][0] == 12  # 10.4 lies nearer to three fours than to two
    with pytest.raises(GenomeError, match=r"node 'stem/conv': 1\.2 times its 8 channels are rounded to as many"):
        widen(grouped, "stem/conv", 1.2)


def test_parts_of_a_concatenation_in_front_of_groups_stay_multiples() -> None:
    b = Builder()
    line = b.conv("stem", b.add("input", ops.Input((3, 8, 8))), 6)
    line = b.concat("join", b.conv("left", line, 6), b.conv("right", line, 9))
    b.classifier(b.conv("grouped", line, 12, groups=3), 5)
    half = scale_width(b.genome(), 0.5)
    assert {name: half.shapes[name][0] for name in ("stem", "left", "right", "grouped")} == {
        "stem": 3, "left": 3, "right": 6, "grouped": 6,
    }  # fmt: skip


def test_a_split_line_is_half_as_wide() -> None:
    b = Builder()
    line = b.conv("stem", b.add("input", ops.Input((3, 8, 8))), 8)
    halves = [b.add(f"half{part}", ops.ChannelSplit(2, part), line) for part in (0, 1)]
    b.classifier(b.concat("join", halves[0], b.depthwise("depthwise", halves[1])), 5)
    wide = widen(b.genome(), "stem", 1.2)
    assert wide.shapes["depthwise"][0] == 5 and wide.shapes["join"][0] == 10


def test_a_flattened_map_grows_with_its_channels_and_what_it_is_added_to_with_it() -> None:
    b = Builder()
    flat = b.add("flatten", ops.Flatten(), b.conv("stem", b.add("input", ops.Input((3, 2, 2))), 8))
    line = b.sum("sum", b.add("other", ops.Linear(32), flat), flat)
    b.add("output", ops.Output(), b.add("linear", ops.Linear(5), line))
    wide = widen(b.genome(), "stem", 2)
    assert wide.shapes["other"] == wide.shapes["sum"] == (16 * 4,)


def test_widenable_names_one_node_of_each_line(plain: Genome, inception: Genome, separable: Genome) -> None:
    assert widenable(plain) == ["stem/conv", "body/conv"]
    assert widenable(inception) == ["stem/conv", "module/one/conv", "module/three/conv"]
    assert widenable(separable) == ["stem/conv", "pointwise"]


@pytest.mark.parametrize("node", ["input", "output", "head/linear"])
def test_the_width_of_images_and_classes_is_fixed(node: str, plain: Genome) -> None:
    with pytest.raises(GenomeError) as caught:
        widen(plain, node, 2)
    assert str(caught.value) == f"node '{node}': its width is fixed; widen one of: stem/conv, body/conv"


def test_the_width_of_a_concatenation_follows(inception: Genome) -> None:
    with pytest.raises(GenomeError, match="'module/concat': its width follows from other lines; widen one of: stem/conv, module"):
        widen(inception, "module/concat", 2)


def test_channels_that_are_picked_by_number_stay() -> None:
    b = Builder()
    line = b.conv("stem", b.add("input", ops.Input((3, 8, 8))), 4)
    b.classifier(b.conv("conv", b.add("pick", ops.ChannelSelect((0, 3)), line), 8), 5)
    assert widenable(b.genome()) == ["conv"]
    assert scale_width(b.genome(), 0.5).shapes["stem"][0] == 4


def test_what_the_classes_are_put_together_from_stays() -> None:
    b = Builder()
    flat = b.add("flatten", ops.Flatten(), b.conv("conv", b.add("input", ops.Input((3, 2, 2))), 4))
    b.add("output", ops.Output(), b.concat("join", b.add("left", ops.Linear(2), flat), b.add("right", ops.Linear(3), flat)))
    assert widenable(b.genome()) == ["conv"]
    assert scale_width(b.genome(), 2).shapes["join"] == (5,)


def test_concatenations_that_are_summed_go_together() -> None:
    """Each part alone would make the sum's inputs differ; all together they do not (SqueezeNet with bypass)."""
    b = Builder()
    stem = b.conv("stem", b.add("input", ops.Input((3, 8, 8))), 8)
    first, second = (b.concat(name, b.conv(f"{name}a", stem, 4), b.conv(f"{name}b", stem, 6)) for name in ("x", "y"))
    b.classifier(b.sum("sum", first, second), 5)
    assert widenable(b.genome()) == ["stem"]
    with pytest.raises(GenomeError, match=r"node 'xa': its width cannot change alone: lines that meet at .* be 10 and 14 wide"):
        widen(b.genome(), "xa", 2)
    assert scale_width(b.genome(), 2).shapes["sum"][0] == 20


def test_an_unknown_node_shows_the_nearest(plain: Genome) -> None:
    with pytest.raises(GenomeError, match=r"there is no node 'stem/conf'; did you mean 'stem/conv'\?"):
        widen(plain, "stem/conf", 2)


@pytest.mark.parametrize("factor", [0, -1, 65, float("nan"), float("inf"), True, "2"])
def test_a_factor_is_a_number_above_0(factor: float, plain: Genome) -> None:
    for edit in (lambda: widen(plain, "stem/conv", factor), lambda: scale_width(plain, factor)):
        with pytest.raises(GenomeError, match="a width is multiplied by a number above 0 and at most 64, got"):
            edit()


def test_the_narrowest_line_has_one_channel(plain: Genome) -> None:
    narrow = scale_width(plain, 0.01)
    assert (narrow.shapes["stem/conv"][0], narrow.shapes["body/conv"][0], narrow.classes) == (1, 1, 5)


PAIRS = [
    ("resnet_cifar(depth=20)", 0.5, "resnet_cifar(depth=20, widths=[8, 16, 32])"),
    ("resnet_cifar(depth=20, shortcut=B)", 2, "resnet_cifar(depth=20, shortcut=B, widths=[32, 64, 128])"),
    ("resnet-50", 0.5, "resnet(depth=50, width=32)"),
    ("preresnet-18", 0.25, "preresnet(depth=18, block=basic, width=16)"),
    ("dmrnet-14", 4, "dmrnet(depth=14, widen=4)"),
    ("dilnet-14", 2, "dilnet(depth=14, widen=2)"),
    ("densenet-40-12", 2, "densenet(depth=40, growth=24, stem=32)"),
    ("densenet_imagenet-121", 0.5, "densenet_imagenet(depth=121, growth=16)"),
    ("mobilenet_v1-1.0-224", 0.75, "mobilenet_v1-0.75-224"),
    ("shufflenet_v1-g3", 2, "shufflenet_v1(groups=3, width=2.0)"),
    ("highway-19", 0.5, "highway(widths=[16, 40, 64], head_width=50)"),
]


@pytest.mark.parametrize(("given", "factor", "wanted"), PAIRS)
def test_a_scaled_network_is_the_one_that_is_built_so(given: str, factor: float, wanted: str) -> None:
    assert scale_width(load(f"zoo:{given}"), factor).fingerprint == load(f"zoo:{wanted}").fingerprint


def test_a_wide_resnet_has_its_stem_alone_that_is_not_widened() -> None:
    half = scale_width(load("zoo:wide_resnet(depth=16, widen=8)"), 0.5)
    assert half.shapes["stem/conv"][0] == 8
    assert widen(half, "stem/conv", 2).fingerprint == load("zoo:wide_resnet(depth=16, widen=4)").fingerprint


def test_to_scale_by_one_changes_nothing(zoo: list) -> None:
    for entry in zoo:
        assert scale_width(entry.genome, 1.0).fingerprint == entry.genome.fingerprint, entry.name


def test_a_width_that_depends_on_itself_is_refused() -> None:
    """A half of the sum goes on, beside 4 channels, into the next addend: w = w / 2 + 4."""
    nodes = [
        Node("input", ops.Input((3, 8, 8))),
        Node("stem", ops.Conv2d(8), ("input",)),
        Node("half", ops.ChannelSplit(2, 0), ("stem",)),
        Node("conv", ops.Conv2d(4), ("stem",)),
        Node("join", ops.Concat(), ("half", "conv")),
        Node("sum", ops.Add(), ("stem", "join")),
        Node("pool", ops.GlobalAvgPool2d(), ("sum",)),
        Node("flat", ops.Flatten(), ("pool",)),
        Node("linear", ops.Linear(5), ("flat",)),
        Node("output", ops.Output(), ("linear",)),
    ]
    with pytest.raises(GenomeError, match=r"the width of '.*' depends on itself"):
        widen(Genome(nodes), "stem", 2)
