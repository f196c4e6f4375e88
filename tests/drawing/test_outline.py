"""The drawing as text."""

from __future__ import annotations

import random
import re

import pytest

from nas.drawing import outline
from nas.genome import Genome, Node, ops
from nas.zoo.dmrnet import dmrnet
from nas.zoo.googlenet import googlenet
from nas.zoo.resnet import resnet


def test_a_small_residual_network(residual: Genome) -> None:
    assert outline(residual) == (
        "  input 3x8x8\n"
        "┌ stem ─────────────────────────┐\n"
        "│ 3x3 conv, 4, /2 · ReLU  4x4x4 │\n"
        "└──────────────────────── 4x4x4 ┘\n"
        "┌ stage1 ───────────────────────┐\n"
        "│ block1-2, x 2                 │\n"
        "│   ├─ 3x3 conv, 4 · BN, ReLU   │\n"
        "│   │  3x3 conv, 4              │\n"
        "│   ├─ as it is                 │\n"
        "│   └─ +                        │\n"
        "└──────────────────────── 4x4x4 ┘\n"
        "┌ head ─────────────────────────┐\n"
        "│ global avg pool               │\n"
        "│ fc, 10                        │\n"
        "└─────────────────────────── 10 ┘\n"
        "  output\n"
    )


def within(text: str, stage: str) -> list[str]:
    """What stands in the frame of a stage."""
    frame = re.search(rf"^┌ {stage} .*\n((?:│.*\n)*)", text, re.MULTILINE)
    assert frame is not None
    return [row[2:-2].rstrip() for row in frame[1].splitlines()]


def test_branches_are_indented_up_to_where_they_meet() -> None:
    lines = [re.sub(" {2,}", "  ", line) for line in within(outline(googlenet()), "inception3a")]
    assert lines == [
        "├─ 1x1 conv, 64 · ReLU",
        "├─ 1x1 conv, 96 · ReLU",
        "│  3x3 conv, 128 · ReLU",
        "├─ 1x1 conv, 16 · ReLU",
        "│  5x5 conv, 32 · ReLU",
        "├─ max pool 3x3",
        "│  1x1 conv, 32 · ReLU",
        "└─ concat  256x28x28",
    ]


def test_a_line_that_comes_from_elsewhere_is_named() -> None:
    # The second block of a merge-and-run network takes both lines of the first, and their mean, which is written once.
    lines = within(outline(dmrnet(depth=32)), "stage2")
    assert lines[lines.index("block2-5, x 4") + 1 :] == [
        "  ├─ 3x3 conv, 32 · BN, ReLU  <- block1/left/sum",
        "  │  3x3 conv, 32 · BN",
        "  ├─ mean  <- block1/left/sum, block1/right/sum",
        "  └─ + · ReLU",
        "  ├─ 3x3 conv, 32 · BN, ReLU  <- block1/right/sum",
        "  │  3x3 conv, 32 · BN",
        "  ├─ from block2/mean",
        "  └─ + · ReLU",
    ]


def test_branches_may_branch_themselves() -> None:
    nodes = [Node("input", ops.Input((3, 8, 8))), Node("a", ops.Conv2d(3), ("input",)), Node("b", ops.Conv2d(3), ("a",))]
    nodes += [Node("sum", ops.Add(), ("a", "b")), Node("c", ops.Conv2d(4), ("input",)), Node("all", ops.Concat(), ("sum", "c"))]
    assert outline(Genome([*nodes, Node("output", ops.Output(), ("all",))])) == (
        "  input 3x8x8\n"
        "  ├─ 3x3 conv, 3\n"
        "  │  ├─ as it is\n"
        "  │  ├─ 3x3 conv, 3\n"
        "  │  └─ +\n"
        "  ├─ 3x3 conv, 4\n"
        "  └─ concat   7x8x8\n"
        "  output\n"
    )


def test_collapsed_stages_are_short() -> None:
    assert within(outline(resnet(depth=50), collapse="stages"), "stage3") == [
        "1x1 conv, 256, /2; 3x3 conv, 256; 1x1 conv, 1024; 1x1 conv, 1024, /2",
        "5 x (1x1 conv, 256; 3x3 conv, 256; 1x1 conv, 1024)",
        "1024x14x14, 7.1M params, 1.39G macs",
    ]


def told(text: str) -> list[int]:
    """The dilations that are mentioned, by which the convolutions of the next two tests can be told apart."""
    return sorted(int(number) for number in re.findall(r"dilation (\d+)", text))


@pytest.mark.parametrize("seed", range(30))
def test_every_layer_is_written_once_however_lines_run(seed: int) -> None:
    draw = random.Random(seed)
    nodes = [Node("input", ops.Input((4, 5, 5)))]
    for number in range(2, 42):
        scope = draw.choice(("", "a/", "a/x/", "a/y/", "b/", "b/x/z/"))
        sources = tuple(draw.choice(nodes).name for _ in range(draw.choice((1, 1, 2, 3))))
        nodes.append(Node(f"{scope}sum{number}", ops.Add(), sources))
        conv = ops.Conv2d(4, padding=(number, number), dilation=(number, number))
        nodes.append(Node(f"{scope}conv{number}", conv, (nodes[-1].name,)))
    used = {source for node in nodes for source in node.inputs}
    loose = tuple(node.name for node in nodes if node.name not in used)
    genome = Genome([*nodes, Node("last", ops.Add(), loose), Node("output", ops.Output(), ("last",))])
    assert told(outline(genome, collapse="nothing")) == list(range(2, 42))


def test_lines_that_run_side_by_side_for_long_are_not_indented_without_end() -> None:
    # Each takes the two before it, so there is no place where all lines meet but the end.
    nodes = [Node("input", ops.Input((4, 5, 5))), Node("conv0", ops.Activation("relu"), ("input",))]
    nodes.append(Node("conv1", ops.Activation("tanh"), ("input",)))
    for number in range(2, 1002):
        nodes.append(Node(f"sum{number}", ops.Add(), (f"conv{number - 1}", f"conv{number - 2}")))
        conv = ops.Conv2d(4, padding=(number, number), dilation=(number, number))
        nodes.append(Node(f"conv{number}", conv, (nodes[-1].name,)))
    text = outline(Genome([*nodes, Node("last", ops.Add(), ("conv1001", "conv1000")), Node("output", ops.Output(), ("last",))]))
    assert told(text) == list(range(2, 1002))
    assert max(map(len, text.splitlines())) < 100
