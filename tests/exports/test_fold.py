"""A batch norm becomes part of the convolution in front of it, and the network computes the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nas.errors import ExportError
from nas.exports import fold as folding
from nas.exports.fold import fold, foldable, folded_weights, without_norms
from nas.genome import Genome, Node, Op, ops
from nas.network import build

CONVOLUTIONS = [
    ops.Conv2d(4),
    ops.Conv2d(4, kernel=1, padding=0, stride=2, bias=True),
    ops.Conv2d(4, groups=2),
    ops.Conv2d(4, kernel=3, stride=2, groups=4, bias=True),
    ops.ConvTranspose2d(4),
    ops.ConvTranspose2d(4, kernel=3, stride=2, groups=2, bias=True),
    ops.DeformConv2d(4),
    ops.DeformConv2d(4, bias=True),
]


def normed(op: Op, norm: Op | None = None) -> Genome:
    nodes = [
        Node("x", ops.Input((4, 6, 6)), ()),
        Node("class/conv", op, ("x",)),
        Node("norm", norm or ops.BatchNorm2d(), ("class/conv",)),
    ]
    return Genome([*nodes, Node("act", ops.Activation(), ("norm",)), Node("out", ops.Output(), ("act",))])


def used(genome: Genome) -> nn.Module:
    """A network whose weights and running statistics are those of one that was trained."""
    network, draw = build(genome), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for tensor in [*network.parameters(), *(buffer for name, buffer in network.named_buffers() if "running" in name)]:
            tensor += 0.5 * torch.rand(tensor.shape, generator=draw)
    return network.eval()


def folded(genome: Genome, network: nn.Module) -> tuple[Genome, nn.Module]:
    pairs = foldable(genome)
    made = without_norms(genome, pairs)
    other = build(made).eval()
    other.load_state_dict(folded_weights(genome, dict(network.state_dict()), pairs))
    return made, other


def test_gain_and_shift_by_hand() -> None:
    # norm(w * x + 1) with mean 3, variance 4, weight 6, bias 5: (w * x + 1 - 3) / 2 * 6 + 5 = 3w * x - 1
    genome = normed(ops.Conv2d(4, kernel=1, padding=0, groups=4, bias=True), ops.BatchNorm2d(eps=0.0))
    state: dict[str, Tensor] = {
        "class_.conv.weight": torch.full((4, 1, 1, 1), 2.0),
        "class_.conv.bias": torch.ones(4),
        "norm.weight": torch.full((4,), 6.0),
        "norm.bias": torch.full((4,), 5.0),
        "norm.running_mean": torch.full((4,), 3.0),
        "norm.running_var": torch.full((4,), 4.0),
        "norm.num_batches_tracked": torch.tensor(7),
    }
    made = folded_weights(genome, state, foldable(genome))
    assert set(made) == {"class_.conv.weight", "class_.conv.bias"}
    assert made["class_.conv.weight"].flatten().tolist() == [6.0] * 4 and made["class_.conv.bias"].tolist() == [-1.0] * 4


@pytest.mark.parametrize("op", CONVOLUTIONS, ids=repr)
@pytest.mark.parametrize("norm", [ops.BatchNorm2d(), ops.BatchNorm2d(affine=False, eps=1e-2)], ids=["affine", "plain"])
def test_every_convolution_takes_a_norm(op: Op, norm: Op) -> None:
    genome = normed(op, norm)
    network = used(genome)
    made, other = folded(genome, network)
    assert [node.op.kind for node in made.nodes] == ["input", op.kind, "activation", "output"]
    x = torch.randn(3, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(other(x), network(x), rtol=1e-4, atol=1e-5)


def test_a_norm_that_is_not_the_only_reader_of_a_convolution_stays() -> None:
    genome = Genome(
        [
            Node("x", ops.Input((4, 6, 6)), ()),
            Node("before", ops.BatchNorm2d(), ("x",)),
            Node("conv", ops.Conv2d(4), ("before",)),
            Node("norm", ops.BatchNorm2d(), ("conv",)),
            Node("add", ops.Add(), ("norm", "conv")),
            Node("out", ops.Output(), ("add",)),
        ]
    )
    assert foldable(genome) == {} and without_norms(genome, {}) == genome


def test_a_subject_is_folded_and_what_was_expected_of_it_stays(trained: Any) -> None:
    subject = trained.subject()
    made = fold(subject)
    assert (made.norms, made.kept) == (1, 0)
    assert made.subject.expected is subject.expected and "stem.norm.weight" not in made.subject.weights()
    assert made.subject.genome.macs == subject.genome.macs


def test_a_folded_network_that_computes_something_else_is_refused(trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    affine = folding._affine
    monkeypatch.setattr(folding, "_affine", lambda *norm: (affine(*norm)[0], affine(*norm)[1] + 0.1))
    with pytest.raises(ExportError, match=r"^the folded network: for a batch of 1 it computes something else than the network"):
        fold(trained.subject())
