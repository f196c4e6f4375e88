"""What the scores have in common: how a network is run, node by node, and which of its weights count.

Batch normalisation takes the statistics of the batch, as in training; dropout and its like are as in use, so that scores
do not depend on luck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm

BatchNorm = _BatchNorm
GATES = (torch.sigmoid, F.sigmoid, nn.Sigmoid)  # which may be an activation, or how much of a line goes on
_FUNCTIONS = (
    torch.relu,
    torch.relu_,
    torch.tanh,
    F.relu,
    F.relu6,
    F.hardtanh_,
    F.leaky_relu,
    F.leaky_relu_,
    F.elu,
    F.gelu,
    F.silu,
    F.hardswish,
    F.softplus,
    F.mish,
    *GATES[:2],
)
_MODULES = (
    nn.ReLU,
    nn.ReLU6,
    nn.PReLU,
    nn.LeakyReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Hardswish,
    nn.Softplus,
    nn.Mish,
    nn.Tanh,
    GATES[2],
)

Apply = Callable[[], Tensor]


class Run(fx.Interpreter):
    """A network that is run node by node; `activation` is called in place of each activation, before it is computed."""

    def activation(self, kind: object, x: Tensor, apply: Apply) -> Tensor:
        """kind: the function, or the class of the module; x: its input, which `apply` may overwrite."""
        return apply()

    def norm(self, x: Tensor) -> None:
        """x: the input of a batch normalisation."""

    def call_function(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        apply = super().call_function
        if target in _FUNCTIONS:
            return self.activation(target, args[0], lambda: apply(target, args, kwargs))
        return apply(target, args, kwargs)

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        apply, module = super().call_module, self.fetch_attr(target)
        if isinstance(module, _MODULES):
            return self.activation(type(module), args[0], lambda: apply(target, args, kwargs))
        if isinstance(module, BatchNorm):
            self.norm(args[0])
        return apply(target, args, kwargs)


def with_batch_statistics(network: nn.Module) -> None:
    """Batch normalisation as in training, all else as in use."""
    network.eval()
    for module in network.modules():
        if isinstance(module, BatchNorm):
            module.train()


def weights(network: nn.Module) -> list[Tensor]:
    """The weights of convolutions and linear layers; no biases, and nothing of normalisation."""
    return [weight for weight in network.parameters() if weight.ndim > 1]


def gradients(value: Tensor, sources: list[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Those of `sources` that the number `value` depends on, each with its gradient."""
    if not value.requires_grad or not sources:  # nothing leads to it
        return []
    found = torch.autograd.grad(value, sources, allow_unused=True)
    return [(source.detach(), gradient) for source, gradient in zip(sources, found, strict=True) if gradient is not None]
