"""nas genome: what it says of a genome, and what it draws."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from nas.drawing import render
from nas.genome import save
from nas.zoo.resnet_cifar import resnet_cifar

GENOME = """\
schema: nas.genome/1
nodes:
  - {name: input, op: input, shape: [2, 4, 4]}
  - {name: body/left, op: conv2d, out_channels: 3, inputs: [input]}
  - {name: body/right, op: conv2d, out_channels: 3, kernel: [1, 1], padding: [0, 0], inputs: [input]}
  - {name: body/deep, op: conv2d, out_channels: 3, inputs: [body/right]}
  - {name: body/sum, op: add, inputs: [body/left, body/deep]}
  - {name: head/flat, op: flatten, inputs: [body/sum]}
  - {name: head/linear, op: linear, out_features: 5, inputs: [head/flat]}
  - {name: output, op: output, inputs: [head/linear]}
"""
BODY = 2 * 3 * 9 + 2 * 3 + 3 * 3 * 9  # weights of the three convolutions
HEAD = 48 * 5


@pytest.fixture
def genome(here):
    (here / "genome.yaml").write_text(GENOME)
    return "genome.yaml"


def test_facts_are_those_of_a_hand_computation(command, genome):
    facts = json.loads(command("genome", "show", genome, "--json").out)
    assert (facts["params"], facts["macs"]) == (BODY + HEAD + 5, 16 * BODY + HEAD)
    assert (facts["nodes"], facts["depth"], facts["classes"], facts["input"]) == (8, 3, 5, [2, 4, 4])
    # Two convolutions of 3 channels at the first depth, but the left one is added to the deeper line; 1x1 and 3x3 see 3x3.
    assert (facts["width"], facts["receptive_field"]) == (3, [3, 3])


def test_paths_are_those_of_a_hand_computation(command, genome):
    facts = json.loads(command("genome", "show", genome, "--json").out)
    assert (facts["paths"], facts["path_lengths"]) == (2, [[2, 1], [3, 1]])
    assert (facts["path_length_mean"], facts["path_length_deviation"], facts["path_length_modes"]) == (2.5, 0.5, [2, 3])
    assert (facts["path_length_shortest"], facts["path_length_longest"]) == (2, 3)
    assert (facts["short_path_length"], facts["short_path_share"]) == (1, 0.0)


def test_stages_are_told_with_their_shares(command, genome):
    stages = {stage["name"]: stage for stage in json.loads(command("genome", "show", genome, "--json").out)["stages"]}
    assert list(stages) == ["input", "body", "head", "output"]
    assert (stages["body"]["nodes"], stages["body"]["layers"], stages["body"]["shape"]) == (4, 3, [3, 4, 4])
    assert stages["body"]["params_share"] == BODY / (BODY + HEAD + 5)
    assert stages["head"]["macs_share"] == HEAD / (16 * BODY + HEAD)


def test_the_stages_come_first_and_then_the_facts(command, genome):
    stages, facts = command("genome", "show", genome).out.split("\n\n")
    assert stages.splitlines()[0].split() == ["stage", "puts", "out", "nodes", "layers", "params", "macs"]
    assert stages.splitlines()[2].split() == ["body", "3x4x4", "4", "3", "141", "36.5", "%", "2,256", "90.4", "%"]
    lines = dict(line.split(maxsplit=1) for line in facts.splitlines())
    assert (lines["width"], lines["depth"], lines["paths"]) == ("3", "3", "2")
    assert "path length      2.5 ± 0.5, from 2 to 3" in facts
    assert "short paths      0 % (up to 1 layers, a third of the longest)" in facts


def test_each_node_is_a_line_where_that_is_asked_for(command, genome):
    lines = command("genome", "show", genome, "--nodes").out.split("\n\n")[2].splitlines()
    assert lines[0].split() == ["node", "op", "sees", "shape", "params", "macs", "inputs"]
    assert lines[2].split() == ["body/left", "conv2d", "3x3", "3x4x4", "54", "864", "input"]
    assert lines[5].split() == ["body/sum", "add", "3x3", "3x4x4", "body/left,", "body/deep"]
    nodes = json.loads(command("genome", "show", genome, "--nodes", "--json").out)["node_table"]
    assert nodes[2] == {
        "name": "body/right", "op": "conv2d", "shape": [3, 4, 4], "params": 6, "macs": 96, "receptive_field": [1, 1],
        "inputs": ["input"],
    }  # fmt: skip


def test_short_paths_are_a_share(command):
    # Nine blocks of two layers between stem and classifier: up to two of them in 1 + 9 + 36 of 512 paths.
    assert (
        "short paths      8.98 % (up to 6 layers, a third of the longest)" in command("genome", "show", "zoo:resnet_cifar-20").out
    )


def test_huge_numbers_of_paths_can_be_read(command):
    facts = command("genome", "show", "zoo:resnet_cifar-1202").out
    assert "paths            4.1e180\n" in facts  # 2^600
    assert "path length      602 ± 24.5, from 2 to 1202\n" in facts  # 600 blocks of two layers, and sqrt(600)
    assert json.loads(command("genome", "show", "zoo:resnet_cifar-1202", "--json").out)["paths"] == 2**600


def test_numbers_of_more_digits_than_python_writes_by_itself(command):
    usual = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)  # the least that Python admits, instead of 4,300
    try:
        document = command("genome", "show", "zoo:resnet_cifar(depth=4256)", "--json").out
        assert len(document.partition('"paths": ')[2].partition(",")[0]) == 641  # 2^2127
        assert sys.get_int_max_str_digits() == 640
    finally:
        sys.set_int_max_str_digits(usual)


def test_the_graph_as_text(command, genome):
    assert command("genome", "show", genome, "--text").out == (
        "  input 2x4x4\n"
        "┌ body ──────────┐\n"
        "│ ├─ 3x3 conv, 3 │\n"
        "│ ├─ 1x1 conv, 3 │\n"
        "│ │  3x3 conv, 3 │\n"
        "│ └─ +           │\n"
        "└───────── 3x4x4 ┘\n"
        "┌ head ──────────┐\n"
        "│ fc, 5          │\n"
        "└───────────── 5 ┘\n"
        "  output\n"
    )


def test_a_drawing_is_written(command, here):
    if not render.there():
        pytest.skip("there is no Graphviz")
    save(resnet_cifar(depth=20), "net.yaml")
    result = command("genome", "show", "net.yaml", "--draw", "net.svg", "--collapse", "stages")
    assert (result.status, result.err) == (0, "wrote net.svg\n")
    text = " ".join(ET.parse(here / "net.svg").getroot().itertext())
    assert "net: 270k params, 40.6M macs, depth 20" in text
    assert "2 x 3x3 conv, 16" in text


def test_a_graph_for_graphviz_is_written_without_it(command, genome, here):
    command("genome", "show", genome, "--draw", "net.dot")
    assert '"body/left" -> "body/sum"' in (here / "net.dot").read_text()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--draw", "net.jpg"], "nas: net.jpg: a drawing is written to a file that ends in .svg, .png, .pdf, .dot or .txt\n"),
        (["--text", "--collapse", "block"],
         "nas: 'block' cannot be collapsed; did you mean 'blocks'?; known: nothing, repeats, blocks, stages\n"),
    ],
)  # fmt: skip
def test_a_drawing_that_cannot_be_is_refused(command, genome, options, error):
    result = command("genome", "show", genome, *options)
    assert (result.status, result.out, result.err) == (2, "", error)


def test_the_paths_of_several_genomes_stand_side_by_side(command, genome, here):
    save(resnet_cifar(depth=20), "net.yaml")
    result = command("genome", "paths", genome, "net.yaml", "--draw", "paths.svg")
    lines = result.out.splitlines()
    assert lines[1].split() == ["genome", "2", "2", "3", "2.5", "0.5", "2,", "3", "up", "to", "1", "0", "%"]
    # Nine blocks of two layers, with stem and classifier: 2 to 20, binomial.
    assert lines[2].split()[:6] == ["net", "512", "2", "20", "11", "3"]
    assert "net: 11 ± 3 layers" in (here / "paths.svg").read_text()


def test_the_paths_of_several_genomes_as_json(command, genome):
    (only,) = json.loads(command("genome", "paths", genome, "--json").out)
    assert (only["name"], only["paths"], only["path_lengths"]) == ("genome", 2, [[2, 1], [3, 1]])


def test_path_lengths_are_drawn_as_svg(command, genome):
    result = command("genome", "paths", genome, "--draw", "paths.png")
    assert (result.status, result.err) == (2, "nas: paths.png: path lengths are drawn to a file that ends in .svg\n")


def test_a_network_of_the_zoo_is_a_genome(command):
    facts = json.loads(command("genome", "show", "zoo:resnet_cifar-20", "--json").out)
    assert facts["params"] == resnet_cifar(depth=20).params


def test_a_file_that_is_no_genome_is_refused(command, here):
    (here / "other.yaml").write_text("name: mine\n")
    result = command("genome", "show", "other.yaml")
    assert result.status == 2
    assert result.err.startswith("nas: other.yaml:1:1: a genome opens with 'schema: nas.genome/1'")


def test_a_genome_is_shown_and_drawn_without_torch(here, genome):
    code = f"""
import sys
sys.argv = ["nas", "genome", "show", "{genome}", "--draw", "net.txt"]
from nas.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
sys.stderr.write(",".join(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stderr.splitlines()[-1].split(",")) & {
        "torch",
        "ray",
        "optuna",
        "pandas",
        "sklearn",
        "networkx",
        "pygraphviz",
    }
