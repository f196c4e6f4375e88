"""model.pt2 is a program that torch alone loads and runs, for any batch size."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nas.errors import ExportError


class Eager(nn.Module):
    """Branches on its input's values: no graph can say that."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :3] * (2 if x.sum() > 0 else 3)


def test_the_program_computes_the_same_and_tells_nothing_of_the_machine(trained: Any, tmp_path: Path) -> None:
    check = trained.export(tmp_path / "out", "pt2")["files"]["model.pt2"]["check"]
    assert check["read_again_with"] == "torch alone, in a clean process" and check["batches"] == [1, 2, 7, 64]
    beside = {"about.json": ""}
    program = torch.export.load(tmp_path / "out/model.pt2", extra_files=beside)
    torch.testing.assert_close(program.module()(trained.images[:5]), trained.logits[:5], rtol=1e-4, atol=1e-5)
    about = json.loads(beside["about.json"])
    assert about["classes"] == ["ant", "bee", "cat"] and about["mean"] == [0.5, 0.25]
    assert about["genome"] == trained.genome.to_dict()
    with zipfile.ZipFile(tmp_path / "out/model.pt2") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"site-packages" not in content and str(Path(__file__).parents[2]).encode() not in content


def test_a_network_that_torch_cannot_trace_is_an_error_of_one_line(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"^model\.pt2: torch cannot export this network: .*$") as caught:
        trained.export(tmp_path / "out", "pt2", module=Eager())
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []
