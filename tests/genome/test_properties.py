"""What holds of every genome: it survives being written, costs are no less than nothing, and its canonical form costs no more."""

from __future__ import annotations

import json
from pathlib import Path

from graphs import Graph, graphs
from hypothesis import given, settings

from nas.genome import Genome, files
from nas.genome.packed import pack, unpack


@settings(max_examples=100)
@given(graphs())
def test_a_genome_is_itself_after_it_was_written_in_any_form(tmp_path_factory, nodes: Graph) -> None:
    genome = Genome(nodes)
    content = genome.to_dict()
    assert Genome.from_dict(content) == genome
    assert Genome.from_dict(json.loads(json.dumps(content))) == genome
    assert Genome.from_dict(unpack(pack(content))) == genome
    assert Genome.from_networkx(genome.to_networkx()) == genome
    folder: Path = tmp_path_factory.getbasetemp()
    for name in ("any.yaml", "any.json"):
        files.save(genome, folder / name)
        assert files.load(folder / name) == genome
        (folder / name).unlink()


@settings(max_examples=200)
@given(graphs())
def test_costs_are_whole_numbers_that_the_canonical_form_does_not_exceed(nodes: Graph) -> None:
    genome = Genome(nodes)
    plain = genome.canonical()
    for cost in ("params", "macs", "activations", "depth"):
        found = getattr(genome, cost)
        assert isinstance(found, int) and found >= getattr(plain, cost) >= 0, cost
    assert len(plain) <= len(genome)
