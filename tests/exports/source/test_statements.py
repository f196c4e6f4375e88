"""`forward` is written as the paper draws it."""

from __future__ import annotations

import sys
from pathlib import Path

from nas import zoo
from nas.genome import Genome, Node, ops

sys.path.insert(0, str(Path(__file__).parent))

from reading import difference, text_of


def body_of(text: str, name: str) -> list[str]:
    """The lines of `forward` of a class."""
    behind = text.split(f"class {name}(nn.Module):")[1].split("    def forward(")[1]
    return [line.strip() for line in behind.split("\n\n\n")[0].splitlines()[1:]]


def test_a_basic_block_reads_as_in_the_paper() -> None:
    assert body_of(text_of(zoo.resnet_cifar(depth=20)), "BasicBlock") == [
        "out = F.relu(self.norm1(self.conv1(x)))",
        "out = self.norm2(self.conv2(out))",
        "return F.relu(out + x)",
    ]


def test_a_pre_activated_block_reads_as_in_the_paper() -> None:
    assert body_of(text_of(zoo.preresnet_cifar(depth=20)), "PreActBlock") == [
        "out = self.conv1(F.relu(self.norm0(x)))",
        "out = self.conv2(F.relu(self.norm2(out)))",
        "return out + x",
    ]


def test_merge_and_run_reads_as_in_the_paper() -> None:
    assert body_of(text_of(zoo.dmrnet(depth=14)), "MergeAndRun") == [
        "mean = (x + y) / 2",
        "return F.relu(self.left(x) + mean), F.relu(self.right(y) + mean)",
    ]


def test_an_inception_module_is_one_line() -> None:
    assert body_of(text_of(zoo.googlenet()), "Inception") == [
        "return torch.cat((self.one(x), self.three(x), self.five(x), self.pool(x)), 1)"
    ]


def test_a_dense_layer_reads_as_in_the_paper() -> None:
    assert body_of(text_of(zoo.densenet(depth=40)), "DenseLayer")[-1] == "return torch.cat((x, out), 1)"


def test_averaging_and_flattening_are_one_mean() -> None:
    assert body_of(text_of(zoo.resnet_cifar(depth=20)), "Head") == ["return self.linear(x.mean((2, 3)))"]


def test_a_sum_of_more_lines_than_fit_is_taken_in_several() -> None:
    lines = [Node(f"line{number}", ops.Conv2d(2), ("input",)) for number in range(30)]
    for op in (ops.Add(), ops.Mean(), ops.Multiply()):
        names = tuple(node.name for node in lines)
        genome = Genome(
            [Node("input", ops.Input((2, 4, 4))), *lines, Node("join", op, names), Node("output", ops.Output(), ("join",))]
        )
        assert difference(genome, text_of(genome)) < 1e-5
        assert all(len(line) <= 88 for line in text_of(genome).splitlines())


def test_a_variable_that_an_open_expression_reads_is_not_written_over() -> None:
    # the sum is read once, at the end, and must not see what becomes of x in between
    nodes = [
        Node("input", ops.Input((2, 4, 4))),
        Node("one", ops.Conv2d(2), ("input",)),
        Node("late", ops.Activation(), ("one",)),
        Node("two", ops.Conv2d(2), ("one",)),
        Node("three", ops.Conv2d(2), ("two",)),
        Node("sum", ops.Add(), ("three", "late")),
        Node("output", ops.Output(), ("sum",)),
    ]
    genome = Genome(nodes)
    assert difference(genome, text_of(genome)) < 1e-6
