"""What a network is measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from nas import data
from nas.data import Dataset
from nas.explanation import Subject
from nas.explanation.subject import weights_of
from nas.space.settings import DataSettings

CPU = torch.device("cpu")


@pytest.fixture
def digits(tmp_path: Path) -> Dataset:
    return data.load(DataSettings(name="digits", limit=200), cache=tmp_path)


def test_the_error_is_the_share_of_images_that_another_class_wins(made):
    subject = made("residual")
    network = subject.network(subject.genome)
    with torch.no_grad():
        wrong = sum(int(a != b) for x, y in subject.batches for a, b in zip(network(x).argmax(1), y, strict=True))
    assert subject.error() == wrong / 40
    assert 0 < subject.error() < 1


def test_other_weights_are_tried_and_the_trained_ones_stay(made):
    subject = made("plain")
    shut = {name: torch.zeros_like(value) for name, value in subject.state.items()}
    first = sum(int((y != 0).sum()) for _, y in subject.batches) / 40  # all answers are zero: the first class wins
    before = subject.error()
    assert subject.error_with(shut) == first != before
    assert subject.error() == before == subject.error_with(subject.state)


def test_images_are_taken_evenly_from_the_validation_part_and_mixed(made, digits):
    genome, state = made("residual").genome, {}
    few = Subject.of(genome, state, digits, images=10, device=CPU, seed=0)
    part = digits.validation
    expected = {digits.labels[part[round(place)]] for place in np.linspace(0, len(part) - 1, 10)}
    assert few.images == 10 and set(few.batches[0][1].tolist()) == expected
    again, other = (Subject.of(genome, state, digits, images=10, device=CPU, seed=seed) for seed in (0, 1))
    assert torch.equal(few.batches[0][0], again.batches[0][0])
    assert not torch.equal(few.batches[0][0], other.batches[0][0])


def test_all_validation_images_are_taken_where_there_are_fewer(made, digits):
    subject = Subject.of(made("residual").genome, {}, digits, images=1000, device=CPU, seed=0)
    assert subject.images == len(digits.validation)
    assert sorted(torch.cat([y for _, y in subject.batches]).tolist()) == sorted(digits.labels[digits.validation])


def test_a_nodes_weights_are_its_own_and_not_those_of_a_longer_name(made):
    keys = ["a.conv1.weight", "a.conv1.bias", "a.conv10.weight"]
    assert weights_of(dict.fromkeys(keys, torch.zeros(1)), "a/conv1") == ["a.conv1.bias", "a.conv1.weight"]
