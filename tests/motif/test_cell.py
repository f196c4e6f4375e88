"""Cells in a skeleton: costs as published for NAS-Bench-201, and the function as its authors write it."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from nas.errors import GenomeError, UnknownNameError
from nas.genome import Genome, Node, ops
from nas.motif.cell import Cells, cell_of, compose_cells, edge_ops, edges_of
from nas.network import build

OPS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
SHORT = {"n": "none", "s": "skip_connect", "1": "nor_conv_1x1", "3": "nor_conv_3x3", "p": "avg_pool_3x3"}


def cell(text: str) -> dict[str, str]:
    """ "3 13 s13": the edges of each node, as in the authors' strings."""
    return dict(zip(edges_of(4), [SHORT[letter] for letter in text.replace(" ", "")], strict=True))


def network(text: str, *, widths: tuple[int, ...] = (16,), repeats: int = 1, side: int = 8) -> Genome:
    plan = Cells(cell(text), widths=widths, repeats=repeats)
    return compose_cells(plan, input_shape=(3, side, side), classes=10).genome()


@pytest.mark.parametrize(
    ("text", "params", "macs"),
    [  # for CIFAR-10, from the table that HELP publishes (Lee et al. 2021, arXiv:2106.08630, github.com/HayeonLee/HELP)
        ("n nn nnn", 73_306, 7_783_040),
        ("3 33 333", 1_531_546, 220_119_680),
        ("3 13 s13", 858_426, 121_815_680),  # the best of the table
        ("p 1s 1ss", 129_306, 15_647_360),  # |avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+..., its first
        ("3 3p s3s", 802_426, 113_951_360),
        ("1 n1 n11", 185_306, 23_511_680),  # and its last
        ("s 33 11n", 615_386, 86_426_240),
    ],
)
def test_costs_are_those_of_the_published_table(text: str, params: int, macs: int) -> None:
    genome = network(text, widths=(16, 32, 64), repeats=5, side=32)
    assert (genome.params, genome.macs) == (params, macs)


# The authors' network in torch, written after their description (section 2.1 and appendix of the paper)


def relu_conv_norm(channels: int, out: int, kernel: int, stride: int = 1) -> nn.Module:
    conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(nn.ReLU(), conv, nn.BatchNorm2d(out))


class Zeros(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 0


class Cell(nn.Module):
    def __init__(self, edges: dict[str, str], width: int) -> None:
        super().__init__()
        made = {
            "none": Zeros,
            "skip_connect": nn.Identity,
            "nor_conv_1x1": lambda: relu_conv_norm(width, width, 1),
            "nor_conv_3x3": lambda: relu_conv_norm(width, width, 3),
            "avg_pool_3x3": lambda: nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
        }
        self.edges = nn.ModuleList(made[op]() for op in edges.values())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b, c, d, e, f = self.edges
        one = a(x)
        two = b(x) + c(one)
        return d(x) + e(one) + f(two)


class Reduction(nn.Module):
    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.body = nn.Sequential(relu_conv_norm(width, out, 3, 2), relu_conv_norm(out, out, 3))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(width, out, 1, bias=False))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.shortcut(x) + self.body(x)


def written_out(edges: dict[str, str]) -> nn.Module:
    """Stages of 4 and 8 channels, two cells each."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        *(Cell(edges, 4) for _ in range(2)),
        Reduction(4, 8),
        *(Cell(edges, 8) for _ in range(2)),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 10),
    )


def weighted(module: nn.Module) -> list[nn.Module]:
    return [part for part in module.modules() if isinstance(part, nn.Conv2d | nn.BatchNorm2d | nn.Linear)]


@pytest.mark.parametrize("text", ["3 13 s13", "p s1 3np", "n 33 n1s", "1 ns p3n"])
def test_it_computes_what_the_authors_network_computes(text: str) -> None:
    draw = torch.Generator().manual_seed(0)
    theirs = written_out(cell(text))
    with torch.no_grad():
        for name, tensor in itertools.chain(theirs.named_parameters(), theirs.named_buffers()):
            if tensor.is_floating_point():  # of either sign, so that activations cut something off
                values = torch.randn(tensor.shape, generator=draw)
                tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else values)
    ours = build(network(text, widths=(4, 8), repeats=2))
    pairs = list(zip(weighted(ours), weighted(theirs), strict=True))
    for mine, other in pairs:
        mine.load_state_dict(other.state_dict())
    images = torch.randn((2, 3, 8, 8), generator=draw)
    with torch.no_grad():
        torch.testing.assert_close(ours.eval()(images), theirs.eval()(images))


# How many are different


def author_text(edges: dict[str, str]) -> str:
    """What the authors compare (`to_unique_str` of their code, with zeros considered): a node as the text of its sum."""
    nodes = ["0"]
    for node in range(1, 4):
        terms = []
        for source in range(node):
            op = edges[f"edge{source}-{node}"]
            nothing = op == "none" or nodes[source] == "#"
            terms.append("#" if nothing else nodes[source] if op == "skip_connect" else f"({nodes[source]})@{op}")
        nodes.append("+".join(sorted(terms)))
    return nodes[-1]


def test_7672_of_the_cells_are_different_networks_where_the_authors_count_6466() -> None:
    cells = [dict(zip(edges_of(4), operations, strict=True)) for operations in itertools.product(OPS, repeat=6)]
    assert len({author_text(edges) for edges in cells}) == 6466
    plans = [Cells(edges, widths=(2,), repeats=1) for edges in cells]
    assert len({compose_cells(plan, input_shape=(1, 4, 4), classes=2).genome().fingerprint for plan in plans}) == 7672


def test_two_convolutions_of_one_input_are_not_one_that_is_taken_twice() -> None:
    """c(x) + c(x) and c(x) + d(x), which the authors' text does not tell apart."""
    twice, two = "3 ns nss", "3 3n nss"
    assert author_text(cell(twice)) == author_text(cell(two))
    assert network(twice).fingerprint != network(two).fingerprint


# Composing


def test_edges_are_named_node_by_node() -> None:
    assert edges_of(4) == ["edge0-1", "edge0-2", "edge1-2", "edge0-3", "edge1-3", "edge2-3"]


@pytest.mark.parametrize("side", [5, 7, 28, 33])
def test_an_odd_image_is_halved_alike_on_both_ways_of_a_reduction(side: int) -> None:
    genome = network("3 13 s13", widths=(4, 8), side=side)
    assert genome.shapes["stage2/reduction/sum"] == (8, -(-side // 2), -(-side // 2))


def test_what_stands_behind_nothing_keeps_its_cost_and_is_no_other_network() -> None:
    dead, bare = network("3 nn snn"), network("n nn snn")
    assert dead.params == bare.params + 16 * 16 * 9 + 2 * 16
    assert dead.fingerprint == bare.fingerprint


def test_stages_that_shrink_an_image_away_are_refused() -> None:
    with pytest.raises(GenomeError, match="a stage would halve an image of 1x1"):
        network("3 13 s13", widths=(4, 8, 16), side=2)


def test_a_network_of_too_many_nodes_is_refused() -> None:
    with pytest.raises(GenomeError, match=r"more than [0-9,]+ nodes"):
        network("3 33 333", repeats=100_000)


def test_an_unknown_operation_is_refused_with_the_nearest() -> None:
    edges = {**cell("3 13 s13"), "edge0-1": "nor_conv_5x5"}
    with pytest.raises(UnknownNameError, match="'nor_conv_5x5' is not a known operation of an edge; did you mean 'nor_conv_"):
        compose_cells(Cells(edges), input_shape=(3, 8, 8), classes=10)


def test_an_operation_of_ones_own_may_stand_at_an_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_ops, "_items", dict(edge_ops._items))
    edge_ops.register("max_pool", lambda b, line: b.max_pool("pool", line, kernel=3, stride=1, padding=1))
    plan = Cells({"edge0-1": "max_pool"}, nodes=2, widths=(4,), repeats=1)
    genome = compose_cells(plan, input_shape=(3, 8, 8), classes=10).genome()
    assert genome["stage1/cell1/edge0_1/max_pool/pool"].op == ops.MaxPool2d((3, 3), (1, 1), (1, 1))
    assert cell_of(genome) == {"edge0-1": "max_pool"}


# Reading a cell back


@pytest.mark.parametrize("text", ["3 13 s13", "n nn nnn", "p s1 3np"])
def test_a_cell_is_read_back_from_its_network(text: str) -> None:
    assert cell_of(network(text, widths=(4, 8), repeats=2)) == cell(text)


def renamed(genome: Genome, old: str, new: str) -> Genome:
    return Genome([Node(n.name.replace(old, new), n.op, tuple(i.replace(old, new) for i in n.inputs)) for n in genome.nodes])


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("/edge", "/e", "has no cells with edges such as edge0_1/nor_conv_3x3"),
        ("cell2/edge0_1/nor_conv_3x3", "cell2/edge0_1/skip_connect", "the cells of the network differ"),
        ("cell1/edge0_1/nor_conv_3x3/conv", "cell1/edge0_1/none/conv", "two operations at stage1/cell1/edge0-1"),
    ],
)
def test_a_network_without_cells_or_with_different_ones_has_none_to_read(old: str, new: str, text: str) -> None:
    with pytest.raises(GenomeError, match=text):
        cell_of(renamed(network("3 13 s13", repeats=2), old, new))
