"""A residual network of two blocks written by hand in torch, with the weights of the one that a genome describes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]


def norm(x: Tensor, state: State, name: str, *, training: bool) -> Tensor:
    mean, var = (state[f"{name}.running_{kind}"].clone() for kind in ("mean", "var"))
    return F.batch_norm(x, mean, var, state[f"{name}.weight"], state[f"{name}.bias"], training=training)


def conv_norm(x: Tensor, state: State, scope: str, number: str, *, training: bool) -> Tensor:
    return norm(F.conv2d(x, state[f"{scope}.conv{number}.weight"], padding=1), state, f"{scope}.norm{number}", training=training)


def function(x: Tensor, state: State, block: int, *, training: bool) -> Tensor:
    """F of a basic block."""
    scope = f"stage1.block{block}"
    inner = torch.relu(conv_norm(x, state, scope, "1", training=training))
    return conv_norm(inner, state, scope, "2", training=training)


def stem(x: Tensor, state: State, *, training: bool) -> Tensor:
    return torch.relu(conv_norm(x, state, "stem", "", training=training))


def head(x: Tensor, state: State) -> Tensor:
    return F.linear(x.mean((2, 3)), state["head.linear.weight"], state["head.linear.bias"])
