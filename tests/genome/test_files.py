"""Genomes in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.errors import DocumentError, InputError
from nas.genome import Genome, Node, load, ops, save

GENOME = Genome(
    [
        Node("input", ops.Input((3, 8, 8))),
        Node("null", ops.Conv2d(4, kernel=(1, 3), padding=(0, 1)), ("input",)),  # a name that YAML reads as nothing
        Node("norm", ops.BatchNorm2d(eps=1e-7), ("null",)),
        Node("true", ops.Output(), ("norm",)),
    ]
)


@pytest.mark.parametrize("name", ["genome.yaml", "genome.yml", "genome.json"])
def test_a_genome_comes_back_from_a_file(name: str, tmp_path: Path) -> None:
    save(GENOME, tmp_path / name)
    assert load(tmp_path / name) == GENOME


def test_a_file_of_another_kind_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"genome\.pt: a genome is written to a file that ends in \.yaml or \.json"):
        save(GENOME, tmp_path / "genome.pt")


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError) as caught:
        load(path)
    return str(caught.value).removeprefix(str(tmp_path))


def test_an_error_says_where_in_the_file_the_node_stands(tmp_path: Path) -> None:
    text = GENOME.to_yaml().replace("op: batch_norm", "op: batchnorm")
    assert written(tmp_path, text).startswith("/wrong.yaml:5:5: nodes.2: node 'norm': 'batchnorm' is not a known operation")


def test_an_error_of_the_graph_says_where_too(tmp_path: Path) -> None:
    text = GENOME.to_yaml().replace("inputs: [norm]", "inputs: ['null']")
    assert written(tmp_path, text).startswith("/wrong.yaml:5:5: nodes.2: node 'norm' is a dead end")


def test_what_is_no_genome_is_refused(tmp_path: Path) -> None:
    assert "a genome opens with 'schema: nas.genome/1'" in written(tmp_path, "just a text")
    assert "not YAML" in written(tmp_path, "nodes: [")
    assert "the tag" in written(tmp_path, "nodes: !!python/object:os.system {}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.json: no such file"):
        load(tmp_path / "none.json")
