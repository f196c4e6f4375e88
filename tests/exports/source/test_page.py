"""The whole file: every family of the zoo, hostile names, and what it says of itself."""

from __future__ import annotations

import ast
import contextlib
import random
import sys
from pathlib import Path

import pytest
import torch

from nas import zoo
from nas.edit import fit, scale_width
from nas.errors import GenomeError
from nas.exports.source.page import source
from nas.genome import Genome, Node, ops
from nas.motif.builder import Builder
from nas.motif.cell import Cells, compose_cells, edge_ops, edges_of
from nas.network import build
from nas.zoo import Entry, entries

sys.path.insert(0, str(Path(__file__).parent))

from reading import data_for, difference, module_of, ruff_says, text_of

# Of the widest and deepest families a form that is quick to write and compute; the operations are the same.
SHALLOW = {"inception_v4": {"modules": (1, 1, 1)}, "inception_resnet_v2": {"modules": (1, 1, 2)}, "multi_resnet": {"depth": 11}}
FAMILIES: dict[str, Entry] = {}
for each in sorted(entries(), key=lambda entry: len(entry.genome)):
    FAMILIES.setdefault(each.family.name, each)
HOSTILE = [
    "keys", "items", "append", "__x", "__y__", "_", "x", "torch", "F", "nn", "forward", "training", "left", "right", "mean",
    "total", "None_", "class", "half", "Network", "load", "x1", "stride", "out_channels", "channels", "numbered", "block1",
]  # fmt: skip


def small(entry: Entry) -> Genome:
    """The family's network for small images and an eighth as wide, where it has such a form."""
    genome = entry.build(**SHALLOW.get(entry.family.name, {}))
    with contextlib.suppress(GenomeError):  # the fully convolutional networks crop to their own image
        genome = fit(genome, input_shape=(genome.input_shape[0], 32, 32), classes=genome.classes)
    with contextlib.suppress(GenomeError):  # LeNet's codes have the width that they have
        genome = scale_width(genome, 0.125)
    return genome


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_of_the_zoo_is_written_and_computes_the_same(family: str, tmp_path: Path) -> None:
    genome = small(FAMILIES[family])
    text = text_of(genome)
    assert difference(genome, text) < 1e-5
    (tmp_path / "model.py").write_text(text)
    assert ruff_says(tmp_path) == ""


@pytest.mark.long
@pytest.mark.parametrize("entry", list(entries()), ids=lambda entry: entry.name)
def test_every_published_network_has_its_own_state_dict(entry: Entry, tmp_path: Path) -> None:
    text = text_of(entry.genome)
    with torch.device("meta"):
        state, expected = module_of(text).Network().state_dict(), build(entry.genome).state_dict()
    assert [(name, tensor.shape) for name, tensor in state.items()] == [(name, t.shape) for name, t in expected.items()]
    (tmp_path / "model.py").write_text(text)
    assert ruff_says(tmp_path) == ""


def test_a_resnet_of_1202_layers_is_a_short_file() -> None:
    assert text_of(zoo.resnet_cifar(depth=1202)).count("\n") < 160


def random_cell(seed: int) -> Genome:
    draw = random.Random(seed)
    cell = Cells({edge: draw.choice(edge_ops.names()) for edge in edges_of(4)}, widths=(4, 8), repeats=2)
    return compose_cells(cell, input_shape=(3, 8, 8), classes=5).genome()


@pytest.mark.parametrize("seed", range(6))
def test_cells_of_nas_bench_201_are_written(seed: int, tmp_path: Path) -> None:
    genome = random_cell(seed)
    assert difference(genome, text_of(genome)) < 1e-5
    (tmp_path / "model.py").write_text(text_of(genome))
    assert ruff_says(tmp_path) == ""


def tangle(seed: int) -> Genome:
    """Operations in any order under names that Python, torch or the file use themselves."""
    draw = random.Random(seed)
    nodes, scopes = [Node("input", ops.Input((4, 6, 6)))], set()
    kinds = [
        ops.Conv2d(4),
        ops.BatchNorm2d(),
        ops.Activation("gelu"),
        ops.Scale(0.5),
        ops.Add(),
        ops.Mean(),
        ops.StochasticDepth(0.5),
    ]
    for _ in range(draw.randint(3, 25)):
        parts = [draw.choice(HOSTILE) for _ in range(draw.randint(1, 4))]
        name, above = "/".join(parts), {"/".join(parts[:end]) for end in range(1, len(parts))}
        taken = {node.name for node in nodes}
        if name in taken | scopes or above & taken:
            continue
        op = draw.choice(kinds)
        sources = [draw.choice(nodes[-6:]).name for _ in range(draw.randint(2, 9) if op.arity[1] is None else 1)]
        nodes.append(Node(name, op, tuple(sources)))
        scopes |= above
    ends = tuple(node.name for node in nodes if not any(node.name in other.inputs for other in nodes))
    return Genome([*nodes, Node("join", ops.Add(), ends), Node("output", ops.Output(), ("join",))])


@pytest.mark.parametrize("seeds", [range(40), pytest.param(range(40, 2000), marks=pytest.mark.long)], ids=["short", "long"])
def test_any_graph_under_any_names_is_written_and_computes_the_same(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        genome = tangle(seed)
        text = text_of(genome)
        assert difference(genome, text) < 1e-5, seed
        (tmp_path / f"model{seed}.py").write_text(text)
    assert ruff_says(tmp_path) == ""


def test_no_line_depends_on_this_toolkit() -> None:
    for line in ast.walk(ast.parse(text_of(zoo.dmrnet(depth=14)))):
        if isinstance(line, ast.Import | ast.ImportFrom):
            names = [line.module or ""] if isinstance(line, ast.ImportFrom) else [alias.name for alias in line.names]
            assert all(name.partition(".")[0] in {"torch", "collections", "pathlib", "__future__"} for name in names)


def test_the_docstring_says_cost_images_classes_and_metrics() -> None:
    genome = zoo.resnet_cifar(depth=20)
    said = " ".join(
        (ast.get_docstring(ast.parse(source(genome, data_for(genome, name="cifar10"), {"test_error": 0.0825}))) or "").split()
    )
    # He et al. 2016, table 6: 20 layers, 0.27M
    assert said.startswith("A network of depth 20: 269,722 params, 40,551,040 macs for one image.")
    assert "images of cifar10, 3 x 32 x 32" in said and "10 classes" in said and "Measured on cifar10: test_error 0.0825." in said


ENDING = '"""\nimport os; os.abort()\n"""'


def test_names_of_data_and_classes_are_texts_and_nothing_else(tmp_path: Path) -> None:
    genome = zoo.resnet_cifar(depth=8)
    classes = (ENDING, "\\", "'\"", "\n", "é", "\u202e", "\x00", "{x}", "", "%s")
    text = source(genome, data_for(genome, name=ENDING * 30, classes=classes), {ENDING: 0.5})
    assert classes == module_of(text).CLASSES
    assert ENDING not in text
    (tmp_path / "model.py").write_text(text, encoding="utf-8")
    assert ruff_says(tmp_path) == ""


def test_a_thousand_classes_fill_their_lines(tmp_path: Path) -> None:
    genome = zoo.resnet_cifar(depth=8, classes=1000)
    text = text_of(genome)
    assert len(module_of(text).CLASSES) == 1000 and text.count("\n") < 400
    (tmp_path / "model.py").write_text(text)
    assert ruff_says(tmp_path) == ""


def test_images_are_normalised_by_channel() -> None:
    genome = zoo.resnet_cifar(depth=8)
    module = module_of(source(genome, data_for(genome, mean=(0.0, 0.5, 1.0), std=(1.0, 0.5, 2.0)), {}))
    assert module.normalise(torch.ones(1, 3, 1, 1)).flatten().tolist() == [1.0, 1.0, 0.0]


def test_a_network_without_scopes_is_written_line_by_line() -> None:
    b = Builder()
    line = b.add("images", ops.Input((1, 8, 8)))
    for number in range(3):
        line = b.act(f"act{number}", b.norm(f"norm{number}", b.conv(f"conv{number}", line, 4)), "relu")
    genome = b.classifier(line, 3) and b.genome()
    assert "x = F.relu(self.norm1(self.conv1(x)))" in text_of(genome)
    assert difference(genome, text_of(genome)) < 1e-5
