"""`__init__` makes the modules in the order of the state dict, those that repeat in loops."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from nas import zoo
from nas.genome import Genome, Node, ops
from nas.network import build

sys.path.insert(0, str(Path(__file__).parent))

from reading import difference, module_of, text_of


def joined(text: str) -> str:
    """The text without line breaks within brackets."""
    return re.sub(r",?\s*([)\]])", r"\1", re.sub(r"([(\[,])\s*\n\s*", lambda m: m[1] + (" " if m[1] == "," else ""), text))


def test_equal_blocks_are_made_in_a_loop() -> None:
    text = joined(text_of(zoo.resnet_cifar(depth=110)))
    assert 'self.stage1 = nn.Sequential(numbered("block", *[BasicBlock(16) for _ in range(18)]))' in text
    assert 'numbered("block", PaddedBasicBlock(16, 32), *[BasicBlock(32) for _ in range(17)])' in text


def test_channels_that_grow_evenly_are_a_range() -> None:
    # Huang et al. 2017, section 3: k_0 + k * (l - 1) channels in front of layer l, here 16 and 12 of 12 layers
    assert "*[DenseLayer(channels) for channels in range(16, 149, 12)]" in joined(text_of(zoo.densenet(depth=40)))


def test_survival_that_falls_evenly_is_a_loop_from_the_first_to_the_last() -> None:
    text = text_of(zoo.stochastic_depth(depth=110))
    assert text.count("for survival in evenly(") == 3
    # Huang et al. 2016, section 3: 1 - l / L * (1 - 0.5), L = 54
    found = [block.survival for block in module_of(text).Network().stage2]
    assert found == pytest.approx([1 - 0.5 * block / 54 for block in range(19, 37)], abs=1e-12)


@pytest.mark.parametrize("genome", [zoo.resnet_cifar(depth=20), zoo.dmrnet(depth=14), zoo.densenet(depth=40)], ids=repr)
def test_the_state_dict_has_the_order_of_the_genomes(genome: Genome) -> None:
    assert list(module_of(text_of(genome)).Network().state_dict()) == list(build(genome).state_dict())


@pytest.mark.parametrize("name", ["keys", "__x", "append", "_", "x", "F", "nn", "class", "forward", "training", "stride"])
def test_a_module_may_have_any_name_that_a_node_may_have(name: str) -> None:
    nodes, line = [Node("input", ops.Input((2, 4, 4)))], "input"
    for path in (name, f"deep/{name}", f"a/{name}/one", f"b/{name}/one", f"a/{name}/two", "c/one/x", f"c/{name}/y"):
        nodes.append(Node(f"{path}_/conv" if path == name else path, ops.Conv2d(2), (line,)))
        line = nodes[-1].name
    genome = Genome([*nodes, Node("output", ops.Output(), (line,))])
    assert difference(genome, text_of(genome)) < 1e-6
