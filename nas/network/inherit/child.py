"""The weights that a child takes over from its parent, such that it computes what the parent did, where that can be.

Net2Net: Chen et al. 2016, arXiv:1511.05641. Wider: channels are copied, and what reads n copies divides its weights by n
(section 2.2), in grouped convolutions, through concatenations, sums and flattened images too. Deeper: a new convolution is
the identity, and so is a new batch norm, which gives back the mean and variance that it takes (section 2.3); the
activation between must leave the line as it is. A new branch of a sum puts out zero; of a concatenation, it is read with
weights of zero. A larger kernel is the old one with zeros around it. Everything else is copied as far as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.errors import InputError
from nas.genome import Genome, Node, ops
from nas.network.inherit.identity import Identities
from nas.network.inherit.kernels import NEW, spread
from nas.network.inherit.layer import inherit_layer, without_width
from nas.network.inherit.lines import SAYING, Lines, Trace
from nas.network.inherit.plan import Plan, keeps_zero
from nas.network.inherit.store import Store


@dataclass(frozen=True)
class Inheritance:
    """A child's weights, and what became of the parent's function.

    `preserved`: in evaluation mode the child surely computes what the parent does. Where it may not, `lost` says at which
    nodes and why. `fresh`: nodes whose weights hold none of the parent's: identities, zeros and drawn ones.
    """

    state: dict[str, Tensor]
    preserved: bool
    fresh: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def inherit(parent: Genome, state: Mapping[str, Tensor], child: Genome, *, seed: int, noise: float = 0.0) -> Inheritance:
    """What `child` takes over from the weights `state` of `parent`; its nodes are the parent's where the names are.

    `seed` is for weights that are drawn afresh. Copies of a channel are alike and get alike gradients; with `noise` above
    0, 1 at most, what reads them takes unequal shares, which does not change the function. The state dict is on the CPU,
    for `build(child)`. Raises `InputError` for a state that is not the parent's.
    """
    if isinstance(noise, bool) or not isinstance(noise, int | float) or not 0 <= noise <= 1:
        raise InputError(f"noise must be a number from 0 to 1, got {noise!r}")
    heir = _Heir(parent, state, child, seed=seed, noise=noise)
    for node in child.nodes:
        heir.add(node)
    preserved = heir.preserved()
    if not preserved and not heir.lost:
        heir.lost.append(f"{child.outputs[0]}: its channels are others")
    return Inheritance(heir.store.state, preserved, tuple(heir.fresh), tuple(heir.lost))


class _Heir:
    """A child in the making, node by node: the trace of each says what its line is to the parent."""

    def __init__(self, parent: Genome, state: Mapping[str, Tensor], child: Genome, *, seed: int, noise: float) -> None:
        self.parent, self.child, self.seed, self.noise = parent, child, seed, noise
        self.plan = Plan(parent, child)
        self.lines = Lines(parent, child, self.plan.carried)
        self.store = Store(state, child, seed=seed)
        self.identities = Identities(parent, child, self.store)
        self.traces: dict[str, Trace] = {}
        self.fresh: list[str] = []
        self.lost: list[str] = []

    def preserved(self) -> bool:
        """Whether every answer is the parent's, channel by channel."""
        return self.child.outputs == self.parent.outputs and all(
            self.traces[name].exact
            and self.traces[name].of == name
            and torch.equal(self.traces[name].channels, torch.arange(self.parent.shapes[name][0]))
            for name in self.child.outputs
        )

    def add(self, node: Node) -> None:
        """Follow one node; those that it reads are known."""
        if node.name not in self.plan.known:
            carried = self.plan.carried.get(node.name)
            trace, mine = self._new(node) if carried is None else self._carried(node, carried), True
        elif type(node.op) is type(self.parent[node.name].op):
            trace, mine = self._known(node, self.parent[node.name])
        else:
            self.lost.append(f"{node.name}: {node.op.kind} in place of {self.parent[node.name].op.kind}")
            trace, mine = Trace(node.name, self._spread(node.name, self.child.shapes[node.name][0]), exact=False), True
        if mine and self.store.keys(node):
            self.fresh.append(node.name)
        self.traces[node.name] = trace

    def _spread(self, name: str, width: int) -> Tensor:
        return spread(self.parent.shapes[name][0], width)

    def _known(self, node: Node, before: Node) -> tuple[Trace, bool]:
        """The line of a node that the parent has, and whether its weights are fresh."""
        inputs = [self.traces[name] for name in node.inputs]
        channels, why = self._taken(node, before, inputs)
        fresh = False
        if isinstance(node.op, ops.Input):
            found: Tensor | None = self._spread(node.name, node.op.shape[0])
            why = "" if node.op == before.op else "other images"
        elif isinstance(node.op, SAYING):
            found = self.lines.said(node, channels[0])
            problem, kept = inherit_layer(
                node, self.parent, self.store, out=found, source=channels[0], seed=self.seed, noise=self.noise
            )
            why, fresh = why or problem, not kept
        else:
            if without_width(node.op) != without_width(before.op):
                why = why or f"another {node.op.kind}"
            fits = len(channels) >= len(before.inputs)
            found = self.lines.followed(node, channels) if fits else None
            fresh = not self._by_channel(node, before, channels[0])
            why = why or ("its weights are others" if fresh else "")
        if found is None or len(found) != self.child.shapes[node.name][0]:
            why = why or "its lines have other channels"
            found = self._spread(node.name, self.child.shapes[node.name][0])
        if why:
            self.lost.append(f"{node.name}: {why}")
        exact = not why and all(trace.exact for trace in inputs)
        return Trace(node.name, found, exact), fresh

    def _taken(self, node: Node, before: Node, inputs: list[Trace]) -> tuple[list[Tensor], str]:
        """The channels of each line that a node takes, and in what these lines are not the parent's."""
        channels, why, most = [], "", len(before.inputs)
        if len(inputs) < most or (len(inputs) > most and not isinstance(node.op, ops.Add | ops.Concat)):
            why = f"{len(inputs)} inputs in place of {most}"
        for place, (trace, source) in enumerate(zip(inputs, node.inputs, strict=True)):
            if place >= most:
                if isinstance(node.op, ops.Concat):
                    channels.append(torch.full_like(trace.channels, NEW))
                elif not trace.zero:
                    why = why or f"'{source}' is added to it, and is not zero"
            elif trace.of == before.inputs[place]:
                channels.append(trace.channels)
            else:
                why = why or f"takes '{source}' in place of '{before.inputs[place]}'"
                channels.append(self._spread(before.inputs[place], len(trace.channels)))
        return channels, why

    def _by_channel(self, node: Node, before: Node, channels: Tensor) -> bool:
        """Take over weights and statistics of single channels; of a user's operation all, where the shapes are the same."""
        width, kept, state = self.parent.shapes[before.inputs[0]][0], True, self.store.state
        for key in self.store.keys(node):
            alone = isinstance(node.op, ops.BatchNorm2d | ops.ChannelAffine) and state[key].dim() == 1
            shape = torch.Size((width,)) if alone else state[key].shape
            if (node.op != before.op or not alone) and not self.store.has(key, shape):
                kept = False
                continue
            taken = self.store.taken(key, shape)  # an error where a parent's norm has no weights
            state[key] = torch.where(channels == NEW, state[key], taken[channels.clamp(min=0)]) if alone else taken
        return kept

    def _carried(self, node: Node, source: str) -> Trace:
        """A new node that hands a line of the parent on."""
        why, line, width = self.identities.make(node, source, self.traces), self.traces[source], self.child.shapes[node.name][0]
        channels = line.channels
        if isinstance(node.op, ops.Concat):
            channels = self.lines.side_by_side(node, [self.traces[name].channels for name in node.inputs])
        elif width != len(channels):
            channels = self._spread(line.of, width)
        if why:
            self.lost.append(f"{node.name}: {why}")
        return Trace(line.of, channels, line.exact and not why)

    def _new(self, node: Node) -> Trace:
        """A new node of a new branch."""
        inputs = [self.traces[name] for name in node.inputs]
        if node.name in self.plan.zero:
            for key in self.store.keys(node):
                if key.endswith((".weight", ".bias")):
                    self.store.state[key].zero_()
        silent = bool(inputs) and all(trace.zero for trace in inputs)
        zero = node.name in self.plan.zero or (silent and (keeps_zero(node) or isinstance(node.op, ops.BatchNorm2d)))
        return Trace("", torch.full((self.child.shapes[node.name][0],), NEW), exact=True, zero=zero)
