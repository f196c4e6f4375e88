"""model.safetensors holds the weights and the genome that they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from nas.errors import ExportError
from nas.exports import safetensors_file
from nas.genome import Genome
from nas.network import build


def test_the_weights_and_the_genome_are_enough_to_compute_the_same(trained: Any, tmp_path: Path) -> None:
    check = trained.export(tmp_path / "out", "safetensors")["files"]["model.safetensors"]["check"]
    assert check["read_again_with"] == "torch and safetensors alone, in a clean process"
    assert 0 <= check["largest_difference"] <= check["tolerance"] == 1e-4
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "model.safetensors"]
    weights, state = load_file(tmp_path / "out/model.safetensors"), trained.module.state_dict()
    assert set(weights) == set(state) and all(torch.equal(weights[name], state[name]) for name in state)
    with safe_open(tmp_path / "out/model.safetensors", framework="pt") as file:
        network = build(Genome.from_dict(json.loads(file.metadata()["genome"]))).eval()
    network.load_state_dict(weights)
    with torch.no_grad():
        torch.testing.assert_close(network(trained.images)[0], trained.logits)


def test_an_operation_without_a_source_is_built_again_of_the_genome(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(safetensors_file.writers._items, "add")
    subject = trained.subject()
    assert safetensors_file.write(subject, tmp_path).check["read_again_with"] == "this toolkit"

    def broken(weights: dict[str, torch.Tensor], metadata: dict[str, str]) -> bytes:
        save_file({name: tensor * 2 for name, tensor in weights.items()}, tmp_path / "twice", metadata)
        return (tmp_path / "twice").read_bytes()

    monkeypatch.setattr(safetensors_file, "save", broken)
    with pytest.raises(ExportError, match=r"^model\.safetensors: for a batch of 1 it computes something else than the network"):
        safetensors_file.write(subject, tmp_path)


def test_weights_that_do_not_fit_are_refused(trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(trained.subject()), "weights", lambda subject: {"other": torch.ones(2)})
    with pytest.raises(ExportError, match=r"^model\.safetensors: a clean process failed on it: .*Unexpected key.*; it was not"):
        trained.export(tmp_path / "out", "safetensors")
    assert list(tmp_path.iterdir()) == []
