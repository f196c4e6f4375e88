"""The drawing as text."""

from __future__ import annotations

import random

import pytest

from nas.drawing import outline
from nas.drawing.boxes import sketch
from nas.genome import Genome, Node, ops
from nas.zoo.dmrnet import dmrnet
from nas.zoo.fractalnet import fractalnet
from nas.zoo.googlenet import googlenet
from nas.zoo.resnet_cifar import resnet_cifar


def test_a_small_residual_network(residual: Genome) -> None:
    assert outline(residual) == (
        "  input 3x8x8\n"
        "┌ stem ───────────────────────────┐\n"
        "│ 3x3 conv, 4, /2 · ReLU    4x4x4 │\n"
        "└───────────────────────── 4x4x4 ┘\n"
        "┌ stage1 ─────────────────────────┐\n"
        "│ block1-2, x 2                   │\n"
        "│   ├─ 3x3 conv, 4 · BN, ReLU     │\n"
        "│   │  3x3 conv, 4                │\n"
        "│   ├─ as it is                   │\n"
        "│   └─ +                          │\n"
        "└───────────────────────── 4x4x4 ┘\n"
        "┌ head ───────────────────────────┐\n"
        "│ global avg pool                 │\n"
        "│ fc, 10                          │\n"
        "└──────────────────────────── 10 ┘\n"
        "  output\n"
    )


def lines_of(text: str, stage: str) -> list[str]:
    """What stands in the frame of a stage."""
    rows = text.split(f"┌ {stage} ")[1].split("└──")[0].splitlines()[1:]
    return [row.strip("│").rstrip()[1:] for row in rows if row]


def test_branches_end_in_the_place_where_they_meet() -> None:
    assert lines_of(outline(googlenet()), "inception3a") == [
        "├─ 1x1 conv, 64 · ReLU",
        "├─ 1x1 conv, 96 · ReLU",
        "│  3x3 conv, 128 · ReLU",
        "├─ 1x1 conv, 16 · ReLU",
        "│  5x5 conv, 32 · ReLU",
        "├─ max pool 3x3",
        "│  1x1 conv, 32 · ReLU",
        "└─ concat                            256x28x28",
    ]
