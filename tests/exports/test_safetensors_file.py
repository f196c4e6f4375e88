"""model.safetensors holds the weights and the genome that they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from nas.genome import Genome
from nas.network import build


def test_the_weights_are_those_of_the_network(trained: Any, tmp_path: Path) -> None:
    trained.export(tmp_path / "out", "safetensors")
    weights = load_file(tmp_path / "out/model.safetensors")
    state = trained.module.state_dict()
    assert set(weights) == set(state) and all(torch.equal(weights[name], state[name]) for name in state)


def test_the_file_alone_is_enough_to_compute_the_same(trained: Any, tmp_path: Path) -> None:
    trained.export(tmp_path / "out", "safetensors")
    with safe_open(tmp_path / "out/model.safetensors", framework="pt") as file:
        network = build(Genome.from_dict(json.loads(file.metadata()["genome"]))).eval()
        network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    with torch.no_grad():
        torch.testing.assert_close(network(trained.samples)[0], trained.module.eval()(trained.samples)[0])


def test_the_difference_is_in_the_manifest(trained: Any, tmp_path: Path) -> None:
    check = trained.export(tmp_path / "out", "safetensors")["files"]["model.safetensors"]["check"]
    assert 0 <= check["largest_difference"] <= check["tolerance"] == 1e-4
