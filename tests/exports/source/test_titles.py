"""Classes are called as their papers call them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from nas import zoo
from nas.genome import Genome, Node, ops

sys.path.insert(0, str(Path(__file__).parent))

from reading import difference, text_of


def classes(genome: Genome) -> list[str]:
    return re.findall(r"^class (\w+)\(", text_of(genome), flags=re.M)


@pytest.mark.parametrize(
    ("genome", "wanted"),
    [
        (zoo.resnet_cifar(depth=20), {"Stem", "BasicBlock", "PaddedBasicBlock", "Head"}),
        (zoo.resnet(depth=50, input_shape=(3, 32, 32)), {"Stem", "Bottleneck", "ProjectedBottleneck"}),
        (zoo.preresnet_cifar(depth=20), {"PreActBlock"}),
        (zoo.resnext(depth=50, input_shape=(3, 32, 32)), {"ResNeXtBlock"}),
        (zoo.dmrnet(depth=14), {"MergeAndRun", "ProjectedMergeAndRun", "FusedMergeAndRun", "BasicBranch"}),
        (zoo.densenet(depth=40), {"DenseLayer", "Transition"}),
        (zoo.googlenet(), {"Inception", "ConvReLU", "Auxiliary"}),
        (zoo.inception_v3(), {"InceptionABlock", "ReductionA", "ConvNormReLU"}),
        (zoo.fractalnet(columns=3), {"FractalBlock", "ConvNormReLU"}),
        (zoo.squeezenet(), {"Fire"}),
        (zoo.highway(), {"Highway", "Plain"}),
    ],
    ids=lambda value: "" if isinstance(value, set) else repr(value)[:20],
)
def test_blocks_have_the_names_of_their_papers(genome: Genome, wanted: set[str]) -> None:
    assert wanted <= set(classes(genome))


def test_scopes_called_as_python_or_the_file_calls_things_are_called_otherwise() -> None:
    nodes, line = [Node("input", ops.Input((2, 4, 4)))], "input"
    for name in ("Network", "numbered", "Tensor", "None_", "F", "nn", "load", "Path", "exit"):
        nodes += [Node(f"{name}/conv", ops.Conv2d(2), (line,)), Node(f"{name}/act", ops.Activation(), (f"{name}/conv",))]
        nodes += [
            Node(f"{name}/pool", ops.MaxPool2d(3, 1, 1), (f"{name}/act",)),
            Node(f"{name}/two", ops.Conv2d(2), (f"{name}/pool",)),
        ]
        line = f"{name}/two"
    genome = Genome([*nodes, Node("output", ops.Output(), (line,))])
    assert len(set(classes(genome))) == len(classes(genome))
    assert difference(genome, text_of(genome)) < 1e-5
