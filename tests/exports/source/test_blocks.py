"""Scopes that differ in numbers alone are one class."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from nas import zoo
from nas.exports.source.blocks import Block, blocks
from nas.exports.source.scopes import outline
from nas.genome import Genome, Node, ops

sys.path.insert(0, str(Path(__file__).parent))

from reading import difference, module_of, text_of


def block_of(genome: Genome, path: str) -> Block:
    return next(block for block in blocks(outline(genome)) if tuple(path.split("/")) in block.scopes)


def test_all_modules_of_googlenet_are_one_class() -> None:
    block = block_of(zoo.googlenet(), "inception3a")
    assert len(block.scopes) == 9
    names = [parameter.name for parameter in block.plan.parameters]
    assert names == ["in_channels", "one", "three_conv1", "three_conv2", "five_conv1", "five_conv2", "pool"]
    # Szegedy et al. 2014, table 1, inception (4a)
    assert [argument.value for argument in block.plan.arguments(2)] == [480, 192, 96, 208, 16, 48, 64]


def test_a_block_that_takes_one_line_twice_is_of_the_class_that_takes_two() -> None:
    genome = zoo.dmrnet(depth=20)
    block = block_of(genome, "stage1/block1")
    assert block.lines == 2 and ("stage2", "block2") in block.scopes
    assert "self.stage1(x, x)" in text_of(genome)


def test_blocks_with_another_activation_are_another_class() -> None:
    nodes = [Node("input", ops.Input((2, 4, 4)))]
    for number, function in enumerate(["relu", "relu", "gelu"], 1):
        before = f"block{number - 1}/act" if number > 1 else "input"
        nodes += [Node(f"block{number}/conv", ops.Conv2d(2), (before,))]
        nodes += [Node(f"block{number}/act", ops.Activation(function), (f"block{number}/conv",))]
    genome = Genome([*nodes, Node("output", ops.Output(), ("block3/act",))])
    text = text_of(genome)
    assert text.count("class Conv") == 2 and {"ConvReLU", "ConvGELU"} <= set(re.findall(r"class (\w+)\(", text))
    assert difference(genome, text) < 1e-6


def test_a_network_that_answers_with_its_images_is_written() -> None:
    genome = Genome(
        [Node("input", ops.Input((3,))), Node("same", ops.Identity(), ("input",)), Node("o", ops.Output(), ("same",))]
    )
    assert "return x" in text_of(genome) and difference(genome, text_of(genome)) == 0


def test_auxiliary_heads_are_answered_in_training_alone() -> None:
    import torch

    from nas.network import build

    genome = zoo.dsn(input_shape=(3, 16, 16))
    text = text_of(genome)
    network, expected, x = module_of(text).Network(), build(genome), torch.randn(2, 3, 16, 16)
    network.load_state_dict(expected.state_dict())
    expected.eval()
    assert torch.equal(network.eval()(x), expected(x)[0])
    for module in network.modules():  # what is random in training is left out of the comparison
        module.training = module is network
    answers = network(x)
    assert len(answers) == len(genome.outputs) == 4
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(answers[1:], expected(x)[1:], strict=True))


@pytest.mark.parametrize("depth", [20, 110])
def test_the_length_of_a_file_does_not_grow_with_the_depth(depth: int) -> None:
    assert text_of(zoo.resnet_cifar(depth=depth)).count("\n") < 160
