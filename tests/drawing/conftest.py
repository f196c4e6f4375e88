"""Small networks to draw, and what Graphviz reads of a drawing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from nas.drawing import render
from nas.genome import Genome, Node, ops


@pytest.fixture(scope="session")
def residual() -> Genome:
    """A stem, a stage of two equal residual blocks, and a head."""
    nodes = [
        Node("input", ops.Input((3, 8, 8))),
        Node("stem/conv", ops.Conv2d(4, stride=(2, 2)), ("input",)),
        Node("stem/act", ops.Activation("relu"), ("stem/conv",)),
    ]
    line = "stem/act"
    for number in (1, 2):
        block = f"stage1/block{number}"
        nodes += [
            Node(f"{block}/conv1", ops.Conv2d(4), (line,)),
            Node(f"{block}/norm1", ops.BatchNorm2d(), (f"{block}/conv1",)),
            Node(f"{block}/act1", ops.Activation("relu"), (f"{block}/norm1",)),
            Node(f"{block}/conv2", ops.Conv2d(4), (f"{block}/act1",)),
            Node(f"{block}/sum", ops.Add(), (f"{block}/conv2", line)),
        ]
        line = f"{block}/sum"
    nodes += [
        Node("head/pool", ops.GlobalAvgPool2d(), (line,)),
        Node("head/flat", ops.Flatten(), ("head/pool",)),
        Node("head/linear", ops.Linear(10), ("head/flat",)),
        Node("output", ops.Output(), ("head/linear",)),
    ]
    return Genome(nodes)


@pytest.fixture(scope="session")
def scoped() -> Callable[[int], Genome]:
    """Makes random genomes with random stages and blocks."""

    def made(seed: int) -> Genome:
        """Forty nodes in random stages and blocks that take any earlier ones."""
        draw = random.Random(seed)
        nodes = [Node("input", ops.Input((4, 5, 5)))]
        for number in range(40):
            scope = draw.choice(("", "a/", "a/x/", "a/y/", "b/", "b/x/z/"))
            sources = tuple(draw.choice(nodes).name for _ in range(draw.choice((1, 1, 1, 2, 3))))
            op = ops.Add() if len(sources) > 1 else draw.choice((ops.Conv2d(4), ops.Activation("relu"), ops.BatchNorm2d()))
            nodes.append(Node(f"{scope}n{number}", op, sources))
        used = {source for node in nodes for source in node.inputs}
        loose = tuple(node.name for node in nodes if node.name not in used)
        return Genome([*nodes, Node("sum", ops.Add(), loose), Node("output", ops.Output(), ("sum",))])

    return made


class Read:
    """What Graphviz reads and places of a text."""

    def __init__(self, text: str) -> None:
        found: dict[str, Any] = render.layout(text)
        objects = found.get("objects", [])
        self.frames = {item["name"].removeprefix("cluster_"): item for item in objects if item["name"].startswith("cluster_")}
        self.boxes = {item["name"]: item for item in objects if not item["name"].startswith("cluster_")}
        self.arrows = [(objects[edge["tail"]]["name"], objects[edge["head"]]["name"]) for edge in found.get("edges", [])]
        self.labels = [edge["label"].strip() for edge in found.get("edges", []) if edge.get("label")]
        places = {item["_gvid"]: item["name"] for item in objects}
        self.inside = {name: {places[at] for at in item.get("nodes", [])} for name, item in self.frames.items()}

    @property
    def nodes(self) -> list[str]:
        """The nodes of the genome, from what hovering over the boxes says."""
        return [name for box in self.boxes.values() for name in box["tooltip"].split("\\n")]


@pytest.fixture(scope="session")
def read() -> Callable[[str], Read]:
    if not render.there():
        pytest.skip("there is no Graphviz")
    return Read


@pytest.fixture
def grow_twice() -> Genome:
    """A sum of a convolution with itself."""
    nodes = [Node("input", ops.Input((3, 8, 8))), Node("conv", ops.Conv2d(3), ("input",))]
    return Genome([*nodes, Node("sum", ops.Add(), ("conv", "conv")), Node("output", ops.Output(), ("sum",))])
