"""What is exported is a copy of the network in use, and what it answers to pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nas.errors import InputError
from nas.exports import ExportedData


def test_the_network_itself_is_left_as_it_was(trained: Any) -> None:
    before = {name: tensor.clone() for name, tensor in trained.module.state_dict().items()}
    subject = trained.subject()
    assert trained.module.training and not subject.network.training
    assert trained.module.stem.conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert subject.network.get_parameter("stem.conv.weight").is_contiguous()
    assert all(torch.equal(before[name], tensor) for name, tensor in trained.module.state_dict().items())


def test_pixels_are_normalised_before_the_network_is_asked(trained: Any) -> None:
    expected = trained.subject().expected
    np.testing.assert_allclose(expected["batch7"], trained.logits[:7].numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(expected["batch64"][30:60], trained.logits.numpy(), rtol=1e-5, atol=1e-6)
    assert expected["exam"].shape == (70, 3)


def test_statistics_must_be_one_for_each_channel() -> None:
    with pytest.raises(InputError, match="mean and std must have 3 numbers, got 1 and 3"):
        ExportedData("x", (3, 8, 8), (0.5,), (1, 1, 1), ("a",))
