"""The parent's tensors, checked as they are taken, and the child's, fresh until they are replaced."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from nas.errors import InputError
from nas.genome import Genome, Node, Shape, ops
from nas.network.build import build, state_name


class Store:
    """`state`: the child's state dict, on the CPU."""

    def __init__(self, given: Mapping[str, Tensor], child: Genome, *, seed: int) -> None:
        self._given = given
        self.state = {name: value.clone() for name, value in build(child, seed=seed).state_dict().items()}
        self._keys: dict[str, list[str]] = {}
        for key in self.state:
            parts = key.split(".")
            for end in range(1, len(parts)):
                self._keys.setdefault(".".join(parts[:end]), []).append(key)

    def keys(self, node: Node) -> list[str]:
        """The child's tensors of a node; a scope of nodes is no node."""
        return self._keys.get(state_name(node.name), [])

    def has(self, key: str, shape: torch.Size) -> bool:
        """Whether the parent has a tensor of this name and shape."""
        return key in self._given and self._given[key].shape == shape

    def taken(self, key: str, shape: Shape) -> Tensor:
        """A copy of the parent's tensor, in the child's type; `InputError` where it is not there, or of another shape."""
        if key not in self._given:
            raise InputError(f"the parent's weights lack '{key}'; they must be the state dict of the network of its genome")
        taken = self._given[key].detach().cpu()
        if taken.shape != torch.Size(shape):
            raise InputError(f"the parent's weights have '{key}' of {tuple(taken.shape)}, where its genome has {tuple(shape)}")
        return taken.to(self.state[key].dtype if key in self.state else torch.float32, copy=True)

    def norm(self, node: Node, channels: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Gain, bias, running mean and running variance of a batch norm of the parent."""
        assert isinstance(node.op, ops.BatchNorm2d)
        stem, shape = state_name(node.name), (channels,)
        gain, bias = torch.ones(shape), torch.zeros(shape)
        if node.op.affine:
            gain, bias = self.taken(f"{stem}.weight", shape), self.taken(f"{stem}.bias", shape)
        return gain, bias, self.taken(f"{stem}.running_mean", shape), self.taken(f"{stem}.running_var", shape)
