"""A saved state: what we write comes back; what others might write is tried in tests/security."""

from __future__ import annotations

import io
from collections import OrderedDict

import pytest
import torch

from nas.evaluate.state import BadState, read_state


def saved(state: object) -> bytes:
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def test_tensors_and_plain_data_come_back():
    model = torch.nn.Conv2d(3, 4, 3)
    optimizer = torch.optim.SGD(model.parameters(), momentum=0.9)
    model(torch.zeros(1, 3, 5, 5)).sum().backward()
    optimizer.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "rng": torch.get_rng_state(), "epoch": 3}
    found = read_state(saved(state | {"half": torch.zeros(2, dtype=torch.bfloat16), "note": None, "ends": (1, 2.5)}))
    assert isinstance(found["model"], OrderedDict)
    assert torch.equal(found["model"]["weight"], model.weight)
    assert torch.equal(found["rng"], state["rng"])
    assert (found["epoch"], found["note"], found["ends"]) == (3, None, (1, 2.5))


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ([1], "it holds a list"),
        ({"a": torch.zeros(1).expand(10**6)}, r"a tensor of \(1000000,\) whose numbers are not there"),
        ({"a": torch.zeros(3).to_sparse()}, "it names 'torch._utils _rebuild_sparse_tensor'"),
        ({"a": {1, 2}}, "it names"),
        ({"a": b"bytes"}, "it names"),
        ({"a": torch.nn.Linear(1, 1)}, "it names"),
    ],
)
def test_anything_else_is_refused(state, text):
    with pytest.raises(BadState, match=text):
        read_state(saved(state))
