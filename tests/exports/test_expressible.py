"""An operation that a format cannot express is named before any work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from nas.errors import ExportError
from nas.exports import onnx_file, pt2_file
from nas.exports.source import python_file
from nas.genome import Genome, Node, Op, Shape, operation, ops
from nas.network.builders import builders


class Branching(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2 if x.sum() > 0 else x


@pytest.fixture
def genome() -> Iterator[Genome]:
    """With one operation of the user's own that every graph can say, and one that branches on values."""

    @operation("test_shift")
    class Shift(Op):
        by: float = 2.0

        def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
            return inputs[0]

    @operation("test_branch")
    class Branch(Op):
        def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
            return inputs[0]

    builders.register("test_shift", lambda op, place: lambda x: x + op.by)
    builders.register("test_branch", lambda op, place: Branching())
    nodes = [
        Node("x", ops.Input((2, 4, 4)), ()),
        Node("stem/shift", Shift(), ("x",)),
        Node("up/branch", Branch(), ("stem/shift",)),
    ]
    yield Genome([*nodes, Node("out", ops.Output(), ("up/branch",))])
    for kind in ("test_shift", "test_branch"):
        del builders._items[kind], ops.registry._items[kind]


def test_the_node_and_the_operation_are_named(genome: Genome) -> None:
    with pytest.raises(
        ExportError, match=r"^node 'up/branch': pt2 cannot express the operation 'test_branch': .*; write it in"
    ) as caught:
        pt2_file.check(genome)
    assert "\n" not in str(caught.value)
    with pytest.raises(ExportError, match=r"^node 'stem/shift': there is no torch source for the operation 'test_shift'; "):
        python_file.check(genome)


def test_onnx_says_the_same(genome: Genome) -> None:
    for package in onnx_file.PACKAGES:
        pytest.importorskip(package)
    with pytest.raises(ExportError, match=r"^node 'up/branch': onnx cannot express the operation 'test_branch': "):
        onnx_file.check(genome)


def test_an_operation_of_the_users_own_that_torch_can_trace_is_fine(genome: Genome) -> None:
    plain = Genome([*genome.nodes[:2], Node("out", ops.Output(), ("stem/shift",))])
    pt2_file.check(plain)
    assert torch.is_grad_enabled()
