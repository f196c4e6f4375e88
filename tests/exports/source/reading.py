"""What a stranger does with model.py: import it, load weights, and ask; and ruff as a stranger has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from nas.exports import ExportedData
from nas.exports.source.page import source
from nas.genome import Genome
from nas.network import build

RUFF = Path(sys.executable).with_name("ruff")


def data_for(genome: Genome, **changes: Any) -> ExportedData:
    """Made-up images of the genome's shape."""
    channels = genome.input_shape[0]
    known: dict[str, Any] = {"name": "made-up", "shape": genome.input_shape, "mean": (0.5,) * channels, "std": (0.25,) * channels}
    known["classes"] = tuple(f"class {number}" for number in range(genome.classes))
    return ExportedData(**{**known, **changes})


def text_of(genome: Genome) -> str:
    return source(genome, data_for(genome), {"error": 0.25})


def module_of(text: str) -> ModuleType:
    """The text as the module `model`."""
    module = ModuleType("model")
    module.__file__ = "model.py"
    exec(compile(text, "model.py", "exec"), module.__dict__)
    return module


def shaken(genome: Genome) -> nn.Module:
    """The genome's network with weights that no two layers have alike."""
    network, draw = build(genome).eval(), torch.Generator().manual_seed(1)
    for weight in network.parameters():
        weight.data += 0.2 * torch.randn(weight.shape, generator=draw)
    return network


def difference(genome: Genome, text: str, *, images: int = 2) -> float:
    """Between the network of the genome and that of the text with the same weights, which fit both ways, in parts of the
    largest logit."""
    network, stranger = shaken(genome), module_of(text).Network().eval()
    stranger.load_state_dict(network.state_dict(), strict=True)
    network.load_state_dict(stranger.state_dict(), strict=True)
    x = torch.randn(images, *genome.input_shape, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected, got = first(network(x.clone())), stranger(x.clone())
    assert isinstance(got, Tensor) and got.shape == expected.shape
    return float((got - expected).abs().max()) / max(1.0, float(expected.abs().max()))


def first(answer: Tensor | tuple[Tensor, ...]) -> Tensor:
    return answer[0] if isinstance(answer, tuple) else answer


def ruff_says(folder: Path) -> str:
    """What ruff's formatter and linter would change in the files of a folder, with their own settings; empty where nothing."""
    commands = (["format", "--isolated", "--diff"], ["check", "--isolated", "--quiet"])
    done = [subprocess.run([RUFF, *each, str(folder)], capture_output=True, text=True, timeout=120) for each in commands]
    return "".join(each.stdout for each in done if each.returncode)
