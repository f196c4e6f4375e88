"""The parts of inheritance by hand: copied channels, larger kernels, identities, zeros, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from inheriting import gap, grown, images, trained
from torch import nn

from nas.edit import add_branch, deepen, rewire, swap_op, widen
from nas.edit.shortcut import deepen_residual
from nas.errors import GenomeError, InputError
from nas.genome import Genome, Node, ops
from nas.motif import Builder, Line, Stage, Staged, Stem, blocks, compose, connectivities
from nas.network import build
from nas.network.inherit import inherit
from nas.network.inherit.bounds import bounds_of, hands_on
from nas.network.inherit.kernels import dirac, embedded, gathered, spread
from nas.network.inherit.lines import shuffled
from nas.network.inherit.moments import through


def net(body: Callable[[Builder, Line], Line]) -> Genome:
    """A stem of 8 channels with norm and ReLU, the body, a classifier of 5."""
    b = Builder()
    b.classifier(body(b, b.conv_norm_act("stem", b.add("input", ops.Input((3, 8, 8))), 8)), 5)
    return b.genome()


PLAIN = net(lambda b, line: b.conv_norm_act("body", line, 8))
LEAKY = net(lambda b, line: b.act("after", b.norm("norm", b.conv("body", line, 8)), "leaky_relu"))
RESIDUAL = compose(
    Staged(Stem(8), (Stage(2, 8, blocks.get("basic"), connectivities.get("residual")),)), input_shape=(3, 8, 8), classes=5
).genome()


def test_channels_are_copied_evenly_and_each_run_by_itself() -> None:
    assert spread(2, 4).tolist() == [0, 0, 1, 1]
    assert spread(4, 6).tolist() == [0, 0, 1, 2, 2, 3]
    assert spread(4, 8, runs=2).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert spread(4, 6, runs=2).tolist() == [0, 0, 1, 2, 2, 3]
    assert spread(6, 6).tolist() == list(range(6))


def test_what_reads_n_copies_divides_by_n() -> None:
    """Net2Net, equation 3: 6 and 9 become 3 + 3 and 9 where the first of two channels has two copies."""
    weight = torch.tensor([6.0, 9.0]).view(1, 2, 1, 1)
    made, read = gathered(
        weight, torch.zeros(1, 3, 1, 1), out=torch.tensor([0]), source=torch.tensor([0, 0, 1]),
        groups=(1, 1), noise=0.0, generator=torch.Generator(),
    )  # fmt: skip
    assert read and made.flatten().tolist() == [3.0, 3.0, 9.0]


def test_a_channel_that_is_not_read_any_more_is_noticed() -> None:
    weight, fresh, out = torch.ones(1, 2, 1, 1), torch.zeros(1, 2, 1, 1), torch.tensor([0])
    made, read = gathered(
        weight, fresh, out=out, source=torch.tensor([1, -1]), groups=(1, 1), noise=0.0, generator=torch.Generator()
    )
    assert not read and made.flatten().tolist() == [1.0, 0.0]


def test_noise_gives_the_copies_unequal_shares_and_changes_nothing_else() -> None:
    child, parent = widen(PLAIN, "stem/conv", 2), trained(PLAIN)
    even = inherit(PLAIN, parent.state_dict(), child, seed=0).state["body.conv.weight"]
    given = inherit(PLAIN, parent.state_dict(), child, seed=0, noise=0.5)
    uneven = given.state["body.conv.weight"]
    assert torch.equal(even[:, 0::2], even[:, 1::2])
    assert not torch.isclose(uneven[:, 0::2], uneven[:, 1::2]).all()
    torch.testing.assert_close(uneven[:, 0::2] + uneven[:, 1::2], even[:, 0::2] * 2)
    assert given.preserved and gap(parent, grown(child, given), images(PLAIN)) < 1e-5


def test_a_larger_kernel_has_the_old_one_in_its_middle() -> None:
    weight = torch.arange(9.0).view(1, 1, 3, 3)
    made, whole = embedded(weight, (5, 5), [[1, 2, 3], [1, 2, 3]])
    assert whole and torch.equal(made[0, 0, 1:4, 1:4], weight[0, 0]) and made.sum() == 36


@pytest.mark.parametrize(("kernel", "kept"), [(1, False), (5, True), (7, True)])
def test_a_kernel_may_grow_and_not_shrink(kernel: int, kept: bool) -> None:
    half = kernel // 2
    child, parent = swap_op(PLAIN, "body/conv", ops.Conv2d(8, (kernel, kernel), padding=(half, half))), trained(PLAIN)
    given = inherit(PLAIN, parent.state_dict(), child, seed=0)
    assert given.preserved is kept is (gap(parent, grown(child, given), images(PLAIN)) < 1e-5)
    middle = given.state["body.conv.weight"][:, :, half, half]
    assert torch.equal(middle, parent.state_dict()["body.conv.weight"][:, :, 1, 1])


def test_a_dirac_kernel_is_the_identity_in_groups_too() -> None:
    x = torch.randn(2, 8, 5, 5)
    for groups in (1, 2, 8):
        weight = dirac(torch.Size((8, 8 // groups, 3, 3)))
        assert torch.equal(torch.conv2d(x, weight, padding=1, groups=groups), x)


def test_shuffled_channels_stand_where_torch_puts_them() -> None:
    """Of copies 0 0 1 1 2 2 3 3 of four channels, which were shuffled as 0 2 1 3 themselves."""
    x = torch.arange(4.0).view(1, 4, 1, 1)
    wide = x[:, spread(4, 8)]
    before, behind = torch.channel_shuffle(x, 2).flatten(), torch.channel_shuffle(wide, 2).flatten()
    assert before[shuffled(spread(4, 8), 4, 2)].tolist() == behind.tolist()


def test_an_activation_is_repeated_in_vain_only_where_it_leaves_the_line_as_it_is() -> None:
    assert bounds_of(PLAIN)["body/act"] == (0.0, math.inf)
    assert bounds_of(PLAIN)["body/norm"] == (-math.inf, math.inf)
    assert hands_on("relu", (0.0, math.inf)) and hands_on("leaky_relu", (0.0, 1.0)) and hands_on("relu6", (0.0, 6.0))
    assert not hands_on("relu", (-1.0, 1.0))
    assert not hands_on("relu6", (0.0, 7.0))
    assert not hands_on("gelu", (0.0, 1.0)) and not hands_on("sigmoid", (0.0, 1.0))


def test_a_deeper_net_through_leaky_relu_is_no_identity_and_says_so() -> None:
    child, parent = deepen(LEAKY, "body"), trained(LEAKY)
    given = inherit(LEAKY, parent.state_dict(), child, seed=0)
    assert not given.preserved and given.lost == ("body_deeper/act: leaky_relu changes 'after'",)
    assert gap(parent, grown(child, given), images(LEAKY)) > 1e-5


def test_the_end_of_a_residual_branch_needs_a_shortcut_around_what_is_new() -> None:
    parent, node = trained(RESIDUAL), "stage1/block1/conv2"
    lost, kept = (edit(RESIDUAL, node) for edit in (deepen, deepen_residual))
    given = inherit(RESIDUAL, parent.state_dict(), lost, seed=0)
    assert given.lost == ("stage1/block1/conv2_deeper/act: relu changes 'stage1/block1/norm2'",)
    assert kept.depth == lost.depth == RESIDUAL.depth + 1
    given = inherit(RESIDUAL, parent.state_dict(), kept, seed=0)
    assert given.preserved and gap(parent, grown(kept, given), images(RESIDUAL)) < 1e-5
    assert not given.state["stage1.block1.conv2_deeper.norm.weight"].any()
    assert given.state["stage1.block1.conv2_deeper.conv.weight"].any()  # so its gain has a gradient


@pytest.mark.parametrize("kernel", [0, 2, True])
def test_a_shortcut_keeps_the_resolution(kernel: int) -> None:
    with pytest.raises(GenomeError, match="is an odd number, got"):
        deepen_residual(PLAIN, "body/conv", kernel=kernel)


def test_a_new_norm_gives_back_what_it_takes_while_training_too() -> None:
    """In training a norm goes by the batch: the child is near its parent only with the line's own mean and variance."""
    x, parent = images(PLAIN, count=64), trained(PLAIN).train()
    with torch.no_grad():
        for _ in range(200):  # until the running statistics are the images'
            parent(x)
    child, plain = deepen(PLAIN, "body/conv"), dict[str, torch.Tensor]()
    given = inherit(PLAIN, parent.state_dict(), child, seed=0)
    for name, value in given.state.items():
        plain[name] = value.clone()
        if name.startswith("body.conv_deeper.norm"):
            plain[name].fill_(float(name.endswith(("weight", "var"))))
    nets = [build(child), build(child)]
    for each, state in zip(nets, (given.state, plain), strict=True):
        each.load_state_dict(state)
    near, far = (gap(parent, each.train(), x) for each in nets)
    assert near < 0.1 < 0.3 < far


def test_the_moments_behind_relu_are_those_of_a_rectified_normal() -> None:
    """Of a standard normal: 1 / sqrt(2 pi) and 1 / 2 - 1 / (2 pi)."""
    mean, variance = through("relu", torch.zeros(1), torch.ones(1))
    assert mean.item() == pytest.approx(1 / math.sqrt(2 * math.pi), abs=1e-3)
    assert variance.item() == pytest.approx(0.5 - 1 / (2 * math.pi), abs=1e-3)


def test_local_response_norm_mixes_channels_that_copies_would_part() -> None:
    genome = net(lambda b, line: b.conv_act("body", b.add("lrn", ops.LocalResponseNorm(), line), 8))
    given = inherit(genome, trained(genome).state_dict(), widen(genome, "stem/conv", 2), seed=0)
    assert given.lost == ("lrn: its lines have other channels",)


def test_a_fresh_part_of_a_concatenation_is_read_with_weights_of_zero() -> None:
    genome = net(lambda b, line: b.conv("last", b.concat("join", b.conv_act("one", line, 4), b.conv_act("two", line, 4)), 8))
    child, parent = add_branch(genome, "one/conv"), trained(genome)
    given = inherit(genome, parent.state_dict(), child, seed=0)
    assert given.preserved and given.fresh == ("one/conv_branch/conv",)
    assert not given.state["last.weight"][:, 8:].any() and given.state["one.conv_branch.conv.weight"].any()
    assert torch.equal(given.state["last.weight"][:, :8], parent.state_dict()["last.weight"])


def test_other_wires_and_activations_are_lost_and_the_weights_kept() -> None:
    parent = trained(RESIDUAL)
    rewired = rewire(RESIDUAL, "stage1/block2/conv1", "stem/act")
    swapped = swap_op(RESIDUAL, "stem/act", ops.Activation("gelu"))
    for child, why in ((rewired, "takes 'stem/act' in place of"), (swapped, "another activation")):
        given = inherit(RESIDUAL, parent.state_dict(), child, seed=0)
        assert not given.preserved and not given.fresh and why in given.lost[0]
        assert all(torch.equal(given.state[name], value) for name, value in parent.state_dict().items())


def test_a_state_that_is_not_the_parents_is_refused() -> None:
    state = trained(PLAIN).state_dict()
    with pytest.raises(InputError, match=r"have 'stem.conv.weight' of \(8, 3, 3, 3\), where its genome has \(16, 3, 3, 3\)"):
        inherit(widen(PLAIN, "stem/conv", 2), state, PLAIN, seed=0)
    state.pop("body.norm.running_mean")
    with pytest.raises(InputError, match=r"the parent's weights lack 'body\.norm\.running_mean'"):
        inherit(PLAIN, state, PLAIN, seed=0)


@pytest.mark.parametrize("noise", [-0.1, 1.5, True, float("nan")])
def test_noise_is_a_share(noise: float) -> None:
    with pytest.raises(InputError, match="noise must be a number from 0 to 1"):
        inherit(PLAIN, trained(PLAIN).state_dict(), PLAIN, seed=0, noise=noise)


def test_inheritance_is_alike_for_a_seed_and_touches_no_global_generator() -> None:
    state, child = trained(PLAIN).state_dict(), add_branch(PLAIN, "body/conv", kernel=5)
    before = torch.random.get_rng_state()
    one, two, other = (inherit(PLAIN, state, child, seed=seed, noise=0.5).state for seed in (0, 0, 1))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["body.conv_branch.conv.weight"], other["body.conv_branch.conv.weight"])


def test_a_transposed_convolution_in_groups_is_widened() -> None:
    genome = net(lambda b, line: b.conv("last", b.add("up", ops.ConvTranspose2d(8, groups=2), line), 4))
    parent: nn.Module = trained(genome)
    for node in ("stem/conv", "up"):
        child = widen(genome, node, 1.5)
        given = inherit(genome, parent.state_dict(), child, seed=0)
        assert given.preserved and gap(parent, grown(child, given), images(genome)) < 1e-5


def test_a_deformable_convolution_is_widened() -> None:
    genome = net(lambda b, line: b.conv("last", b.add("bent", ops.DeformConv2d(8), line), 4))
    parent: nn.Module = trained(genome)
    for node in ("stem/conv", "bent"):
        child = widen(genome, node, 1.5)
        given = inherit(genome, parent.state_dict(), child, seed=0)
        assert given.preserved and gap(parent, grown(child, given), images(genome)) < 1e-5


def test_a_flattened_image_and_a_pyramid_of_grids_are_followed_channel_by_channel() -> None:
    for pool in (ops.Flatten(), ops.SpatialPyramidPool((4, 2, 1))):
        b = Builder()
        line = b.conv_norm_act("stem", b.add("input", ops.Input((3, 8, 8))), 4)
        b.add("output", ops.Output(), b.add("linear", ops.Linear(5), b.add("flat", pool, line)))
        genome, parent = b.genome(), trained(b.genome())
        child = widen(genome, "stem/conv", 1.5)
        given = inherit(genome, parent.state_dict(), child, seed=0)
        assert given.preserved and gap(parent, grown(child, given), images(genome)) < 1e-5


def test_groups_may_be_given_up_and_not_formed() -> None:
    grouped = net(lambda b, line: b.conv_norm_act("body", line, 8, groups=4))
    given = inherit(PLAIN, trained(PLAIN).state_dict(), grouped, seed=0)
    assert given.lost == ("body/conv: some channels are not read any more",)
    parent = trained(grouped)
    given = inherit(grouped, parent.state_dict(), PLAIN, seed=0)
    assert given.preserved and gap(parent, grown(PLAIN, given), images(PLAIN)) < 1e-5
    assert not given.state["body.conv.weight"][:2, 2:].any()  # the first group reads two channels


def test_a_line_of_the_parent_that_is_added_is_not_zero() -> None:
    nodes = [node if node.name != "head/pool" else node._replace(inputs=("more",)) for node in PLAIN.nodes]
    child = Genome([*nodes, Node("more", ops.Add(), ("body/act", "stem/act"))])
    given = inherit(PLAIN, trained(PLAIN).state_dict(), child, seed=0)
    assert not given.preserved and given.lost == ("more: 'stem/act' is added, and is not zero",)
