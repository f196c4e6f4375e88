"""What each new node of a child is for: to hand a line of the parent on, or to add zero to one.

A deeper net hands the line on through its new layers, as the identity (Chen et al. 2016, arXiv:1511.05641, section 2.3); a
new branch of a sum puts out zero at first, its last gain or weight being zero (Goyal et al. 2017, arXiv:1706.02677, section
5.1, for residual branches; Wei et al. 2016, arXiv:1603.01670, for morphisms). Nodes are the parent's by their name.
"""

from __future__ import annotations

from nas.genome import Genome, Node, ops

# Activations that put out zero for zero.
_THROUGH_ZERO = ("relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "hardswish", "tanh", "scaled_tanh", "mish")
_KEEP_ZERO = (
    ops.MaxPool2d,
    ops.AvgPool2d,
    ops.GlobalAvgPool2d,
    ops.SpatialPyramidPool,
    ops.Add,
    ops.Mean,
    ops.Concat,
    ops.FractalJoin,
    ops.ChannelShuffle,
    ops.ChannelSplit,
    ops.ChannelSelect,
    ops.PadChannels,
    ops.Identity,
    ops.Flatten,
    ops.Dropout,
    ops.StochasticDepth,
    ops.LocalResponseNorm,
    ops.Scale,
    ops.Crop,
    ops.Upsample,
    ops.Output,
)


def keeps_zero(node: Node) -> bool:
    """Whether a node without weights puts out zero where all its inputs are zero."""
    if isinstance(node.op, ops.Activation):
        return node.op.function in _THROUGH_ZERO
    return isinstance(node.op, _KEEP_ZERO)


def can_be_zero(node: Node) -> bool:
    """Whether a node puts out zero with all its weights zero."""
    return isinstance(node.op, ops.Conv2d | ops.Linear | ops.ChannelAffine) or (
        isinstance(node.op, ops.BatchNorm2d) and node.op.affine
    )


class Plan:
    """`carried`: for a new node the input of it that hands the parent's line on; `zero`: new nodes of zero weights."""

    def __init__(self, parent: Genome, child: Genome) -> None:
        self._parent, self._child = parent, child
        self.known = {node.name for node in parent.nodes}
        self.carried: dict[str, str] = {}
        self.zero: set[str] = set()
        for node in child.nodes:
            if node.name in self.known:
                expected = parent[node.name].inputs
                for name, wanted in zip(node.inputs, expected, strict=False):
                    if name != wanted:
                        self._carry(name, wanted)
                if isinstance(node.op, ops.Add):
                    for name in node.inputs[len(expected) :]:
                        self._silence(name)

    def _carry(self, name: str, wanted: str) -> None:
        """Let `name` put out what `wanted` does in the parent, by the way with the fewest new layers."""
        far = {wanted: 0}
        for node in self._child.nodes:
            ways = [far[each] for each in node.inputs if each in far]
            if ways and node.name not in self.known:
                far[node.name] = min(ways) + 1 + 1000 * node.op.weighted
        while name in far and name != wanted:
            node = self._child[name]
            via = min((each for each in node.inputs if each in far), key=lambda each: far[each])
            self.carried.setdefault(name, via)
            if isinstance(node.op, ops.Add):
                for each in node.inputs:
                    if each != via:
                        self._silence(each)
            name = via

    def _silence(self, name: str) -> None:
        """Let new nodes put out zero, if they can."""
        stack = [name]
        while stack:
            node = self._child[stack.pop()]
            if node.name in self.known or node.name in self.zero:
                continue
            if can_be_zero(node):
                self.zero.add(node.name)
            elif keeps_zero(node) or isinstance(node.op, ops.BatchNorm2d):
                stack.extend(node.inputs)
