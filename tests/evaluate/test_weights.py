"""The file of trained weights: a digest of all of it, so what was changed afterwards is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from nas.data import load
from nas.errors import RunError
from nas.evaluate.weights import FILE, most_bytes, read_weights, save_weights
from nas.genome import Genome
from nas.network import build
from nas.space.settings import DataSettings
from nas.storage import Folder
from nas.zoo import load as published


@pytest.fixture
def genome() -> Genome:
    return published("zoo:resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10)")


@pytest.fixture
def saved(genome: Genome, tmp_path: Path) -> tuple[nn.Module, Path]:
    model = build(genome, seed=3)
    save_weights(model, genome, load(DataSettings(name="digits"), cache=tmp_path / "cache"), storage=Folder(tmp_path))
    return model, tmp_path / FILE


def test_weights_come_back_as_they_were(genome: Genome, saved: tuple[nn.Module, Path]) -> None:
    model, path = saved
    tensors = read_weights(genome, path)
    assert tensors.keys() == model.state_dict().keys()
    assert all(torch.equal(tensors[name], tensor) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("place", [0, 9, 200, -1])
def test_a_changed_byte_is_refused_in_the_header_as_in_the_numbers(
    genome: Genome, saved: tuple[nn.Module, Path], place: int
) -> None:
    _, path = saved
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)
    with pytest.raises(RunError, match=rf"{FILE} is damaged: its checksum does not agree; .* train anew: nas train"):
        read_weights(genome, path)


def test_another_safetensors_file_is_refused(genome: Genome, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file(build(genome).state_dict(), tmp_path / FILE, {"fingerprint": genome.fingerprint})
    with pytest.raises(RunError, match="is damaged"):
        read_weights(genome, tmp_path / FILE)


def test_weights_of_another_genome_are_refused(saved: tuple[nn.Module, Path]) -> None:
    other = published("zoo:resnet_cifar(depth=14, input_shape=(1, 8, 8), classes=10)")
    with pytest.raises(RunError, match=f"must hold the weights of genome {other.fingerprint}, got"):
        read_weights(other, saved[1])


def test_a_file_of_more_bytes_than_the_genome_has_weights_is_not_read(genome: Genome, saved: tuple[nn.Module, Path]) -> None:
    with saved[1].open("r+b") as file:
        file.truncate(most_bytes(genome) + 1)  # a hole: it takes no room on the disk
    with pytest.raises(RunError, match=rf"has [\d,]+ bytes, and at most [\d,]+ are read: .* genome {genome.fingerprint}"):
        read_weights(genome, saved[1])
