"""Edits of layers and wires: what they cost by hand, what they keep, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.edit import add_branch, deepen, rewire, swap_op
from nas.errors import GenomeError
from nas.genome import Genome, Node, ops
from nas.motif import Builder


def added(before: Genome, after: Genome) -> list[str]:
    """The new nodes, in their order."""
    known = set(before.shapes)
    return [node.name for node in after.nodes if node.name not in known]


def test_deepening_adds_a_layer_like_the_one_before(plain: Genome) -> None:
    deep = deepen(plain, "body/conv")
    # 16*16*9 = 2,304 weights on 4x4 pixels, and a norm of 32.
    assert (deep.params, deep.macs, deep.depth) == (1501 + 2304 + 32, 32_336 + 2304 * 16, 4)
    assert added(plain, deep) == ["body/conv_deeper/conv", "body/conv_deeper/norm", "body/conv_deeper/act"]
    assert deep["body/conv_deeper/conv"].inputs == ("body/act",)
    assert deep["head/pool"].inputs == ("body/conv_deeper/act",)
    assert (plain.params, plain.depth) == (1501, 3)


def test_a_kernel_of_a_deeper_layer_may_be_chosen(plain: Genome) -> None:
    assert deepen(plain, "stem/conv", kernel=5).params == 1501 + 8 * 8 * 25 + 16
    assert deepen(plain, "stem/conv", kernel=1).params == 1501 + 8 * 8 + 16


@pytest.mark.parametrize("kernel", [0, 2, -3, 3.0, True])
def test_a_kernel_that_keeps_the_resolution_is_odd(kernel: int, plain: Genome) -> None:
    with pytest.raises(GenomeError, match="a kernel that keeps the resolution is an odd number, got"):
        deepen(plain, "stem/conv", kernel=kernel)


def test_deepening_twice_gives_the_second_another_name(plain: Genome) -> None:
    twice = deepen(deepen(plain, "stem/conv"), "stem/conv")
    assert added(plain, twice)[0] == "stem/conv_deeper/conv_2"  # nearest to the layer, so first
    assert twice.depth == 5


def test_the_end_of_a_residual_branch_is_activated_before_it_goes_on(staged: Callable[..., Genome]) -> None:
    net = staged("residual")
    deep = deepen(net, "stage1/block1/conv2")
    assert [deep[name].op.kind for name in added(net, deep)] == ["activation", "conv2d", "batch_norm"]
    assert deep["stage1/block1/sum"].inputs == ("stage1/block1/conv2_deeper/norm", "stem/act")


def test_a_preactivated_branch_is_activated_in_front_again(staged: Callable[..., Genome]) -> None:
    net = staged("residual", block="preact")
    deep = deepen(net, "stage1/block1/conv2")
    assert [deep[name].op.kind for name in added(net, deep)] == ["batch_norm", "activation", "conv2d"]
    assert deep["stage1/block1/sum"].inputs[0] == "stage1/block1/conv2_deeper/conv"


def test_a_layer_has_the_norm_and_activation_of_its_own() -> None:
    b = Builder()
    line = b.conv_norm_act("normal", b.add("input", ops.Input((3, 8, 8))), 8)
    line = b.conv_act("bare", line, 8, function="tanh")
    b.classifier(line, 5)
    deep = deepen(b.genome(), "bare/conv")
    assert [deep[name].op for name in added(b.genome(), deep)] == [ops.Conv2d(8, bias=True), ops.Activation("tanh")]


def test_all_that_read_a_layer_read_the_deeper_one(staged: Callable[..., Genome]) -> None:
    net = staged("residual")
    deep = deepen(net, "stem/conv")
    readers = [node.name for node in deep.nodes if "stem/conv_deeper/act" in node.inputs]
    assert readers == ["stage1/block1/conv1", "stage1/block1/sum"]


def test_deepening_keeps_groups(grouped: Genome, separable: Genome) -> None:
    assert deepen(grouped, "grouped/conv").params == grouped.params + 16 * 4 * 9 + 32
    assert deepen(separable, "depthwise").params == separable.params + 8 * 9 + 16


def test_new_nodes_stand_behind_the_layer_and_all_others_keep_their_order(staged: Callable[..., Genome]) -> None:
    net = staged("merge-and-run")
    for edited in (deepen(net, "stage1/block2/left/conv1"), add_branch(net, "stage2/block1/right/conv2", kernel=5)):
        new = added(net, edited)
        order = [node.name for node in edited.nodes]
        assert [name for name in order if name not in new] == [node.name for node in net.nodes]
        assert order.index(new[-1]) - order.index(new[0]) == len(new) - 1


def test_a_branch_of_a_plain_layer_is_summed_in_front_of_the_activation(plain: Genome) -> None:
    wide = add_branch(plain, "body/conv", kernel=1)
    # 8*16 = 128 weights on 4x4 pixels (the stride is the layer's), and a norm of 32.
    assert (wide.params, wide.macs, wide.depth) == (1501 + 128 + 32, 32_336 + 128 * 16, 3)
    assert added(plain, wide) == ["body/conv_branch/conv", "body/conv_branch/norm", "body/conv_branch/sum"]
    assert wide["body/conv_branch/sum"].inputs == ("body/norm", "body/conv_branch/norm")
    assert wide["body/act"].inputs == ("body/conv_branch/sum",)
    assert wide["body/conv_branch/conv"].op == ops.Conv2d(16, kernel=(1, 1), stride=(2, 2), padding=(0, 0))


def test_a_branch_beside_branches_is_one_more_part(inception: Genome) -> None:
    wide = add_branch(inception, "module/one/conv", kernel=5)
    # 8*4*25 = 800 weights and 4 biases; the linear layer gets 4 more inputs for 5 classes.
    assert wide.params == inception.params + 800 + 4 + 4 * 5
    assert wide["module/concat"].inputs == ("module/one/act", "module/three/act", "module/one/conv_branch/act")
    assert wide.shapes["module/concat"][0] == 14


def test_a_branch_in_a_dense_net_is_one_more_part(staged: Callable[..., Genome]) -> None:
    net = staged("dense", block="preact")
    wide = add_branch(net, "stage1/block1/conv2", kernel=1)
    assert wide["stage1/block1/join"].inputs == ("stem/conv", "stage1/block1/conv2", "stage1/block1/conv2_branch/conv")


def test_a_branch_is_summed_where_the_concatenation_has_its_width_from_elsewhere() -> None:
    b = Builder()
    stem = b.conv("stem", b.add("input", ops.Input((3, 8, 8))), 8)
    line = b.concat("join", b.conv("left", stem, 4, kernel=1), b.conv("right", stem, 4))
    b.classifier(b.sum("bypass", stem, line), 5)
    wide = add_branch(b.genome(), "left")
    assert wide["left_branch/sum"].inputs == ("left", "left_branch/conv")
    assert wide["join"].inputs == ("left_branch/sum", "right")


def test_a_branch_of_a_grouped_layer_is_grouped(grouped: Genome, separable: Genome) -> None:
    assert add_branch(grouped, "grouped/conv", kernel=1).params == grouped.params + 16 * 2 + 32
    assert add_branch(separable, "depthwise", kernel=5).params == separable.params + 8 * 25 + 16


def test_a_branch_that_gives_another_resolution_is_refused() -> None:
    b = Builder()
    b.classifier(b.conv("conv", b.add("input", ops.Input((3, 8, 8))), 4, kernel=3, padding=0), 5)
    with pytest.raises(GenomeError) as caught:
        add_branch(b.genome(), "conv", kernel=1)
    assert str(caught.value) == "a kernel of 1 in place of (3, 3) with padding (0, 0) gives another resolution"
    assert add_branch(b.genome(), "conv", kernel=5).shapes["conv_branch/sum"] == (4, 6, 6)


@pytest.mark.parametrize("edit", [deepen, add_branch])
def test_only_convolutions_are_deepened_and_get_branches(edit: Callable[..., Genome], plain: Genome) -> None:
    with pytest.raises(GenomeError) as caught:
        edit(plain, "stem/norm")
    assert str(caught.value) == "node 'stem/norm' is no convolution but batch_norm; one is: stem/conv, body/conv"
    with pytest.raises(GenomeError, match="there is no node 'stem'"):
        edit(plain, "stem")


def test_a_convolution_takes_another_line_and_what_is_unused_goes(staged: Callable[..., Genome]) -> None:
    net = staged("plain")
    short = rewire(net, "stage1/block2/conv1", "stem/act")
    # Block 1 is left out: two 3x3 convolutions of 4 channels and their norms.
    assert short.params == net.params - 2 * (4 * 4 * 9 + 8)
    assert not any(node.name.startswith("stage1/block1") for node in short.nodes)
    assert short.depth == net.depth - 2


def test_a_sum_takes_one_more_line(staged: Callable[..., Genome]) -> None:
    net = staged("residual")
    more = rewire(net, "stage1/block2/sum", "stem/act", place=2)
    assert more["stage1/block2/sum"].inputs == (*net["stage1/block2/sum"].inputs, "stem/act")
    assert more.params == net.params


@pytest.mark.parametrize(
    ("node", "source", "place", "text"),
    [
        ("body/conv", "stem/act", 0, "node 'body/conv' takes 'stem/act' at this place already"),
        ("body/conv", "stem/norm", 1, "node 'body/conv' has 1 input(s), so no place 1 (counted from 0)"),
        ("body/conv", "stem/norm", -1, "node 'body/conv' has 1 input(s), so no place -1 (counted from 0)"),
        ("stem/conv", "body/act", 0, "a genome has no cycle, and one runs through some of: stem/conv, stem/norm, stem/act, body"),
        ("body/conv", "body/conv", 0, "a genome has no cycle"),
        ("body/conv", "stem/ack", 0, "there is no node 'stem/ack'; did you mean 'stem/act'?"),
        ("head/linear", "stem/act", 0, "node 'head/linear' (linear): takes a flat input (features,), got (8, 8, 8)"),
        ("output", "head/flatten", 0, "'output' would answer in (16,) in place of (5,)"),
    ],
)
def test_wires_that_make_no_network_are_refused(node: str, source: str, place: int, text: str, plain: Genome) -> None:
    with pytest.raises(GenomeError) as caught:
        rewire(plain, node, source, place=place)
    assert text in str(caught.value)


def test_a_sum_of_two_shapes_is_refused(staged: Callable[..., Genome]) -> None:
    with pytest.raises(GenomeError, match=r"node 'stage2/block2/sum' \(add\): takes inputs of one shape, got"):
        rewire(staged("residual"), "stage2/block2/sum", "stem/act", place=2)


def test_a_convolution_may_get_another_kernel(plain: Genome) -> None:
    other = swap_op(plain, "body/conv", ops.Conv2d(16, kernel=(5, 5), stride=(2, 2), padding=(2, 2)))
    assert (other.params, other.macs) == (1501 + 8 * 16 * (25 - 9), 32_336 + 8 * 16 * (25 - 9) * 16)
    assert plain.params == 1501


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (ops.Conv2d(16, stride=(2, 2)), "node 'body/conv' has this operation already"),
        (ops.Conv2d(16), "node 'body/conv' puts out (16, 4, 4), and conv2d would (16, 8, 8)"),
        (ops.MaxPool2d(), "node 'body/conv' puts out (16, 4, 4), and max_pool would (8, 3, 3)"),
        (ops.Linear(16), "node 'body/conv' (linear): takes a flat input"),
        (ops.HighwayGate(), "node 'body/conv' (highway_gate): takes 3 input(s), got 1"),
    ],
)
def test_an_operation_that_puts_out_another_shape_is_refused(op: ops.Op, text: str, plain: Genome) -> None:
    with pytest.raises(GenomeError) as caught:
        swap_op(plain, "body/conv", op)
    assert text in str(caught.value)


def test_what_only_an_auxiliary_head_reads_is_kept() -> None:
    nodes = [
        Node("input", ops.Input((3, 8, 8))),
        Node("conv", ops.Conv2d(4), ("input",)),
        *[
            Node(f"{head}{name}", op, (f"{head}{source}" if source != "conv" else source,))
            for head in ("", "auxiliary_")
            for name, op, source in (
                ("pool", ops.GlobalAvgPool2d(), "conv"),
                ("flat", ops.Flatten(), "pool"),
                ("linear", ops.Linear(5), "flat"),
                ("output", ops.Output(), "linear"),
            )
        ],
    ]
    net = Genome(nodes)
    deep = deepen(net, "conv")
    assert deep.outputs == net.outputs == ("output", "auxiliary_output")
    assert deep["auxiliary_pool"].inputs == ("conv_deeper/conv",)
