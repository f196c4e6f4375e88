"""nas genome show: a genome's file as a table."""

from __future__ import annotations

import json

import pytest

GENOME = """\
schema: nas.genome/1
nodes:
  - {name: input, op: input, shape: [2, 4, 4]}
  - {name: left, op: conv2d, out_channels: 3, inputs: [input]}
  - {name: right, op: conv2d, out_channels: 3, kernel: [1, 1], padding: [0, 0], inputs: [input]}
  - {name: deep, op: conv2d, out_channels: 3, inputs: [right]}
  - {name: sum, op: add, inputs: [left, deep]}
  - {name: flat, op: flatten, inputs: [sum]}
  - {name: linear, op: linear, out_features: 5, inputs: [flat]}
  - {name: output, op: output, inputs: [linear]}
"""


@pytest.fixture
def genome(here):
    (here / "genome.yaml").write_text(GENOME)
    return "genome.yaml"


def test_facts_are_those_of_a_hand_computation(command, genome):
    facts = json.loads(command("genome", "show", genome, "--json").out)
    assert facts["params"] == 2 * 3 * 9 + 2 * 3 + 3 * 3 * 9 + 48 * 5 + 5
    assert facts["macs"] == 16 * (2 * 3 * 9 + 2 * 3 + 3 * 3 * 9) + 48 * 5
    assert (facts["nodes"], facts["depth"], facts["classes"], facts["input"]) == (8, 3, 5, [2, 4, 4])
    assert (facts["paths"], facts["path_lengths"], facts["path_length_mean"]) == (2, [[2, 1], [3, 1]], 2.5)


def test_each_node_is_a_line_with_its_shape_cost_and_inputs(command, genome):
    lines = command("genome", "show", genome).out.splitlines()
    assert lines[0].split() == ["node", "op", "shape", "params", "macs", "inputs"]
    assert lines[2].split() == ["left", "conv2d", "3x4x4", "54", "864", "input"]
    assert lines[5].split() == ["sum", "add", "3x4x4", "left,", "deep"]


def test_a_file_that_is_no_genome_is_refused(command, here):
    (here / "other.yaml").write_text("name: mine\n")
    result = command("genome", "show", "other.yaml")
    assert result.status == 2
    assert result.err.startswith("nas: other.yaml:1:1: a genome opens with 'schema: nas.genome/1'")
