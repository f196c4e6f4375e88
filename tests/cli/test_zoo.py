"""nas zoo: published networks, listed, shown, drawn; and zoo:NAME wherever a genome is taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from nas.drawing import render
from nas.genome import load
from nas.zoo import entries


def test_the_list_ticks_what_is_as_published_and_says_why_the_rest_is_not(command):
    out = command("zoo", "list").out
    head, reasons = out.split("\nwhere a published figure is not ours:\n")
    rows = {line.split()[0]: line for line in head.splitlines()[1:] if line}
    assert len(rows) == len(list(entries()))
    assert "22,855,952 ✓" in rows["xception"]
    assert "38.6M ✗" in rows["fractalnet-21"]
    assert {line.split()[0] for line in reasons.splitlines()[1:]} == {name for name, line in rows.items() if "✗" in line}


def test_the_list_as_json_has_every_figure(command):
    rows = {row["name"]: row for row in json.loads(command("zoo", "list", "--json").out)}
    assert rows["resnet-50"]["params"] == 25_557_032
    assert rows["resnet-50"]["published"]["macs"] == {"printed": "3.8G", "agrees": True}
    assert rows["googlenet"]["auxiliary_params"] == 3_188_840 + 3_190_888


def test_the_list_can_be_cut_to_a_name(command):
    names = [line.split()[0] for line in command("zoo", "list", "squeeze").out.splitlines()[1:]]
    assert names and all(name.startswith("squeezenet") for name in names)
    result = command("zoo", "list", "squeze")
    assert result.status == 2 and "did you mean 'squeezenet-1.1'?" in result.err


def test_a_hyper_parameter_is_set_from_the_command_line(command):
    shown = json.loads(command("zoo", "show", "wide_resnet", "--set", "depth=22", "--set", "widen=8", "--json").out)
    # By hand: stem 432; units of 9(ab + bb) + 2(a + b) with projections ab; head 2 * 512 + 5130.
    units = 0
    for before, width in ((16, 128), (128, 256), (256, 512)):
        units += 9 * (before * width + width**2) + 2 * (before + width) + before * width
        units += 2 * (18 * width**2 + 4 * width)
    assert shown["params"] == 432 + units + 2 * 512 + 5130
    assert shown["hyper_parameters"]["depth"] == 22 and shown["published"] == {}


def test_a_network_is_shown_with_its_paper_and_where_its_weights_are(command):
    out = command("zoo", "show", "dmrnet-56").out
    assert out.startswith("DMRNet: Zhao et al. 2017, arXiv:1611.07718\n")
    assert "published: 1.7M ✓" in out and "1,710,426" in out and "stage3" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("zoo", "show", "resnet50"), "nas: 'resnet50' is not a network of the zoo; did you mean 'resnet-50'?"),
        (("zoo", "show", "resnet_cifar", "--set", "depth=21"), "must be 6n + 2, 8 at least, got 21; the nearest are 20 and 26"),
        (("zoo", "show", "resnet_cifar", "--set", "dept=20"), "no hyper-parameter 'dept'; did you mean 'depth'?"),
        (("zoo", "show", "vgg", "--set", "input_shape=[3, 20, 20]"), "node 'stage5/pool' (max_pool): its window of 2 is larger"),
        (("genome", "show", "zoo:googlnet"), "'googlnet' is not a network of the zoo; did you mean 'googlenet'?"),
    ],
)
def test_what_cannot_be_shown_says_what_would_do(command, arguments, message):
    result = command(*arguments)
    assert result.status == 2 and message in result.err


def test_a_network_is_saved_and_drawn_as_text(command, here):
    command("zoo", "show", "lenet5-modern", "--save", "lenet.yaml", "--draw", "lenet.txt")
    assert load(here / "lenet.yaml").params == 61_706
    assert "5x5 conv" in (here / "lenet.txt").read_text()
    assert json.loads(command("genome", "show", "zoo:lenet5-modern", "--json").out)["params"] == 61_706


def test_a_published_network_is_fitted_to_the_data_and_trained(command, here):
    result = command("train", "zoo:resnet_cifar(depth=8)", "--space", "tiny", "--json")
    assert result.status == 0, result.err
    trained = json.loads(result.out)
    assert trained["run"] == "results/resnet_cifar" and 0 <= trained["metrics"]["test_error"] < 1


def test_where_graphviz_is_missing_it_is_drawn_as_text_and_said(command, here, monkeypatch):
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(render.shutil, "which", lambda name: None)
    result = command("zoo", "show", "lenet5-modern", "--draw", "lenet.svg")
    assert result.status == 2 and "wrote lenet.txt, as text" in result.err and "deepwide[draw]" in result.err
    assert "5x5 conv" in (here / "lenet.txt").read_text() and not (here / "lenet.svg").exists()


def test_a_terminal_that_has_no_tick_gets_its_number():
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "nas", "zoo", "list", "xception"]
    done = subprocess.run(command, env=ascii_only, capture_output=True, text=True, check=True)
    assert r"22,855,952 \u2713" in done.stdout
