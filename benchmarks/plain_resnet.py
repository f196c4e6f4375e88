"""CIFAR ResNets as a person writes them in PyTorch, and as genomes.

He et al. 2016 (arXiv:1512.03385), section 4.2, with projections where the shape changes.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.genome import Genome, Node, ops


class Block(nn.Module):
    def __init__(self, channels: int, out_channels: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut = None
        if stride > 1 or channels != out_channels:
            projection = nn.Conv2d(channels, out_channels, 1, stride=stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        y += x if self.shortcut is None else self.shortcut(x)
        return F.relu(y, inplace=True)


class ResNet(nn.Module):
    """Depth 6n + 2 for n = `blocks`; x: (batch, 3, 32, 32) -> (batch, 10)."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        widths = [16] + [16] * blocks + [32] * blocks + [64] * blocks
        self.blocks = nn.Sequential(*[Block(a, b, stride=2 if b > a else 1) for a, b in pairwise(widths)])
        self.linear = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        y = self.blocks(F.relu(self.norm(self.conv(x)), inplace=True))
        return self.linear(torch.flatten(F.adaptive_avg_pool2d(y, 1), 1))


def genome(blocks: int) -> Genome:
    """The genome of `ResNet(blocks)`."""
    nodes = [Node("input", ops.Input((3, 32, 32)))]

    def add(name: str, op: ops.Op, *inputs: str) -> str:
        nodes.append(Node(name, op, inputs or (nodes[-1].name,)))
        return name

    def conv_norm(name: str, channels: int, source: str, *, kernel: int = 3, stride: int = 1) -> str:
        conv = ops.Conv2d(channels, kernel=(kernel, kernel), stride=(stride, stride), padding=(kernel // 2, kernel // 2))
        return add(f"{name}/norm", ops.BatchNorm2d(), add(f"{name}/conv", conv, source))

    conv_norm("stem", 16, "input")
    line, channels = add("stem/relu", ops.Activation("relu")), 16
    for stage, width in enumerate((16, 32, 64), start=1):
        for block in range(1, blocks + 1):
            name, stride = f"stage{stage}/block{block}", 2 if width > channels else 1
            conv_norm(f"{name}/first", width, line, stride=stride)
            second = conv_norm(f"{name}/second", width, add(f"{name}/relu1", ops.Activation("relu")))
            if stride > 1:
                line = conv_norm(f"{name}/shortcut", width, line, kernel=1, stride=stride)
            add(f"{name}/add", ops.Add(), second, line)
            line, channels = add(f"{name}/relu2", ops.Activation("relu")), width
    for name, op in {"pool": ops.GlobalAvgPool2d(), "flat": ops.Flatten(), "linear": ops.Linear(10)}.items():
        add(f"head/{name}", op)
    add("output", ops.Output())
    return Genome(nodes)
