"""A convolution or linear layer that the parent has: the weights it takes over, and what is lost with it."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from nas.genome import Genome, Node, Op, ops
from nas.network.build import state_name
from nas.network.inherit.kernels import NEW, embedded, gathered
from nas.network.inherit.store import Store
from nas.seeds import derive


def inherit_layer(
    node: Node, parent: Genome, store: Store, *, out: Tensor, source: Tensor, seed: int, noise: float
) -> tuple[str, bool]:
    """What is lost of the layer's function, "" for nothing, and whether it holds anything of the parent's.

    `out` and `source`: of each channel that it puts out and takes which of the parent's it is.
    """
    op, before = node.op, parent[node.name]
    key = f"{state_name(node.name)}.weight"
    weight, fresh = _weights(node, before, parent, store)
    groups = (getattr(before.op, "groups", 1), getattr(op, "groups", 1))
    generator = torch.Generator().manual_seed(derive(seed, "shares", node.name))
    made, read = gathered(weight, fresh, out=out, source=source, groups=groups, noise=noise, generator=generator)
    why = "" if read else "some channels are not read any more"
    if isinstance(op, ops.Conv2d) and isinstance(before.op, ops.Conv2d):
        made, whole = embedded(made, op.kernel, _taps(before.op, op))
        if not whole or op.stride != before.op.stride:
            why = why or f"a kernel of {op.kernel} in place of {before.op.kernel}"
    elif without_width(op) != without_width(before.op):
        why = why or f"another {op.kind}"
    if made.shape != fresh.shape:
        return why or f"another {op.kind}", False
    made[out == NEW] = fresh[out == NEW]
    made = _turned(made, groups[1]) if isinstance(op, ops.ConvTranspose2d) else made
    store.state[key] = made.reshape(store.state[key].shape)
    return why or _bias(node, before, parent, store, out) or _offset(node, before, parent, store, source), True


def _weights(node: Node, before: Node, parent: Genome, store: Store) -> tuple[Tensor, Tensor]:
    """The parent's and the child's own so far: (out, in / groups, high, wide)."""
    key, was = f"{state_name(node.name)}.weight", before.op
    out, width, fresh = parent.shapes[node.name][0], parent.shapes[before.inputs[0]][0], store.state[key]
    if isinstance(was, ops.ConvTranspose2d):
        assert isinstance(node.op, ops.ConvTranspose2d)
        weight = store.taken(key, (width, out // was.groups, *was.kernel))
        return _turned(weight, was.groups), _turned(fresh, node.op.groups)
    if isinstance(was, ops.Linear):
        return store.taken(key, (out, width))[:, :, None, None], fresh[:, :, None, None]
    assert isinstance(was, ops.Conv2d | ops.DeformConv2d)
    return store.taken(key, (out, width // getattr(was, "groups", 1), *was.kernel)), fresh


def _bias(node: Node, before: Node, parent: Genome, store: Store, out: Tensor) -> str:
    key = f"{state_name(node.name)}.bias"
    had, has = getattr(before.op, "bias", False), getattr(node.op, "bias", False)
    if had:
        taken = store.taken(key, parent.shapes[node.name][:1])
        if not has:
            return "its bias is gone" if bool(taken.any()) else ""
        store.state[key] = torch.where(out == NEW, store.state[key], taken[out.clamp(min=0)])
    elif has:
        store.state[key].zero_()
    return ""


def _offset(node: Node, before: Node, parent: Genome, store: Store, source: Tensor) -> str:
    """The convolution that finds the offsets of a deformable one reads the same channels."""
    if not isinstance(node.op, ops.DeformConv2d):
        return ""
    stem = f"{state_name(node.name)}.offset"
    fresh, width = store.state[f"{stem}.weight"], parent.shapes[before.inputs[0]][0]
    weight = store.taken(f"{stem}.weight", (len(fresh), width, *fresh.shape[2:]))
    made, read = gathered(
        weight, fresh, out=torch.arange(len(fresh)), source=source, groups=(1, 1), noise=0.0, generator=torch.Generator()
    )
    store.state[f"{stem}.weight"] = made
    if f"{stem}.bias" in store.state:
        store.state[f"{stem}.bias"] = store.taken(f"{stem}.bias", (len(fresh),))
    return "" if read else "some channels are not read any more"


def without_width(op: Op) -> Op:
    """The operation but for how many channels it has."""
    if isinstance(op, ops.Linear):
        return replace(op, out_features=1, bias=False)
    if isinstance(op, ops.ConvTranspose2d):
        return replace(op, out_channels=1, groups=1, bias=False)
    if isinstance(op, ops.DeformConv2d):
        return replace(op, out_channels=1, bias=False)
    return replace(op, out_channels=1) if isinstance(op, ops.PadChannels) else op


def _taps(before: ops.Conv2d, now: ops.Conv2d) -> list[list[int]]:
    """Along each side, for each tap of the old window its place in the new one, or -1."""
    found = []
    for axis in (0, 1):
        stands = [place * now.dilation[axis] - now.padding[axis] for place in range(now.kernel[axis])]
        old = [place * before.dilation[axis] - before.padding[axis] for place in range(before.kernel[axis])]
        found.append([stands.index(each) if each in stands else -1 for each in old])
    return found


def _turned(weight: Tensor, groups: int) -> Tensor:
    """(in, out / groups, high, wide) -> (out, in / groups, high, wide), and back."""
    parts = weight.view(groups, weight.shape[0] // groups, *weight.shape[1:])
    return parts.transpose(1, 2).reshape(groups * weight.shape[1], -1, *weight.shape[2:])
