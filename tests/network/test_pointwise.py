"""Strided 1x1 convolutions of few channels: the same numbers, and a heap that stays whole."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from nas.genome import Genome, Node, ops
from nas.network import build
from nas.network.pointwise import StridedPointwise


def projection(channels: int, *, stride: tuple[int, int] = (2, 2)) -> Genome:
    return Genome(
        [
            Node("image", ops.Input((channels, 32, 32))),
            Node("conv", ops.Conv2d(24, (1, 1), stride, (0, 0)), ("image",)),
            Node("answer", ops.Output(), ("conv",)),
        ]
    )


@pytest.mark.parametrize("stride", [(2, 2), (3, 1), (4, 5)])
def test_it_computes_what_torch_computes_forward_and_backward(stride):
    ours = build(projection(12, stride=stride))
    assert isinstance(ours.conv, StridedPointwise)
    theirs = nn.Conv2d(12, 24, 1, stride=stride, bias=False)
    theirs.load_state_dict(ours.conv.state_dict())
    x = torch.randn(5, 12, 32, 32, generator=torch.Generator().manual_seed(0))
    mine, wanted = ours(x), theirs(x)
    torch.testing.assert_close(mine, wanted)
    mine.square().sum().backward()
    wanted.square().sum().backward()
    torch.testing.assert_close(ours.conv.weight.grad, theirs.weight.grad, rtol=1e-4, atol=1e-3)  # sums of thousands


def test_wide_lines_keep_torchs_own_convolution():
    assert type(build(projection(16)).conv) is nn.Conv2d


def test_training_with_two_threads_leaves_the_heap_whole(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import torch\n"
        "from nas.genome import Genome\n"
        "from nas.network import build\n"
        "torch.set_num_threads(2)\n"
        f"network = build(Genome.from_dict({projection(12).to_dict()!r})).to(memory_format=torch.channels_last)\n"
        "for size in (63, 63, 61) * 3:\n"
        "    x = torch.randn(size, 12, 32, 32).to(memory_format=torch.channels_last).requires_grad_()\n"
        "    with torch.autocast('cpu', dtype=torch.bfloat16):\n"
        "        y = network(x)\n"
        "    y.float().sum().backward()\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]
