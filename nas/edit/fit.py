"""Fit a network to other images: their size, their channels, the number of classes.

A network for 224x224 pixels divides its image by 32; of 8x8 pixels nothing would be left. So the earliest reductions
(layers of stride above 1) are taken out until the last map is `SIDE` pixels high, as the CIFAR forms of published networks
do, and every window is padded so that a stride of s leaves 1/s of the pixels, rounded up.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

from nas.edit.ties import Ties, rescaled, rescaled_nodes
from nas.errors import GenomeError
from nas.genome import Genome, Node, Op, Shape, ops
from nas.genome.identity import reaching

SIDE = 4

Convolution = ops.Conv2d | ops.DeformConv2d
Window = Convolution | ops.MaxPool2d | ops.AvgPool2d


def fit(genome: Genome, *, input_shape: Shape, classes: int) -> Genome:
    """The network for images (channels, height, width) and so many classes; as it is where they are its own.

    All reductions are kept where the network as it is leaves a last map of `SIDE` pixels, or of as few as of its own
    images. Raises `GenomeError` where no form of the network fits.
    """
    genome = _with_classes(genome, classes)
    if genome.input_shape == input_shape:
        return genome
    _check_sides(genome, input_shape)
    enough = min(SIDE, _last_side(genome), *input_shape[1:])
    given = _with_input(genome, input_shape)
    found: list[Genome] = []
    with contextlib.suppress(GenomeError):  # too small an image for its windows, or else the padded forms say what is wrong
        found.append(Genome(given, genome.outputs))
    level_of = _levels(genome)
    levels = sorted(set(level_of.values()))
    problem: GenomeError | None = None
    for taken in range(len(levels) + 1):
        if found and _last_side(found[-1]) >= enough:
            return found[-1]
        try:
            found.append(Genome([_padded(node, level_of.get(node.name), levels[:taken]) for node in given], genome.outputs))
        except GenomeError as error:
            problem = error
    if not found:
        raise GenomeError(f"it does not fit images of {input_shape}: {problem}")
    return max(found, key=_last_side)


def _check_sides(genome: Genome, input_shape: Shape) -> None:
    """A window that is cut out at fixed places belongs to images of one size."""
    crop = next((node.name for node in genome.nodes if isinstance(node.op, ops.Crop)), None)
    if crop is not None and genome.input_shape[1:] != input_shape[1:]:
        raise GenomeError(f"it does not fit images of {input_shape}: node '{crop}' crops those of {genome.input_shape}")


def _with_classes(genome: Genome, classes: int) -> Genome:
    ties = Ties(genome)
    wanted = {}
    for name in genome.outputs:
        tied = ties.of(name)
        if genome.shapes[name][0] != classes and (ties.follows(tied) or not ties.sayers(tied)):
            raise GenomeError(f"the number of classes at '{name}' is fixed at {genome.shapes[name][0]}")
        wanted[tied] = classes
    return rescaled(genome, ties, wanted)


def _with_input(genome: Genome, input_shape: Shape) -> list[Node]:
    """The nodes for images of another shape; a depthwise convolution of the image itself follows its channels."""
    ties = Ties(genome)
    image = next(node.name for node in genome.nodes if isinstance(node.op, ops.Input))
    nodes = rescaled_nodes(genome, ties, {ties.of(image): input_shape[0]})
    return [node._replace(op=ops.Input(input_shape)) if node.name == image else node for node in nodes]


def _levels(genome: Genome) -> dict[str, int]:
    """Of each layer with a stride, by how much the image was divided in front of it."""
    divided: list[int] = []
    found = {}
    for node, inputs in zip(genome.nodes, genome.wires, strict=True):
        level = max([divided[i] for i in inputs], default=1)
        stride = max(node.op.stride) if isinstance(node.op, Window) else 1
        if stride > 1:
            found[node.name] = level
        divided.append(level * stride)
    return found


def _padded(node: Node, level: int | None, taken: list[int]) -> Node:
    """A window that leaves 1/stride of the pixels, rounded up; the stride is 1 where its level is taken out."""
    op: Op = node.op
    if not isinstance(op, Window):
        return node
    stride = (1, 1) if level in taken else op.stride
    if isinstance(op, Convolution):
        reach = [d * (k - 1) for k, d in zip(op.kernel, op.dilation, strict=True)]
        return node._replace(op=replace(op, stride=stride, padding=(reach[0] // 2, reach[1] // 2)))
    even = min(op.kernel) % 2 == 0
    if max(stride) == 1 and (even or max(op.kernel) == 1):
        return node._replace(op=ops.Identity())  # an even window of stride 1 would shift the image, one of 1x1 does nothing
    # Odd windows are centred on each s-th pixel; even ones on the middle of each s pixels, the last of which may be cut.
    around = [(k - s) // 2 if even else (k - 1) // 2 for k, s in zip(op.kernel, stride, strict=True)]
    return node._replace(op=replace(op, stride=stride, padding=(max(0, around[0]), max(0, around[1])), ceil=even))


def _last_side(genome: Genome) -> int:
    """The smaller side of the smallest map that the prediction is made from, in front of global pooling.

    0 where a layer with a stride has a single pixel, which it cannot divide.
    """
    side = min(genome.input_shape[1:], default=1)
    pooled: set[int] = set()
    for place in reaching(genome.wires, genome.output_places()[:1]):
        node, inputs = genome.nodes[place], genome.wires[place]
        shape = genome.facts(node.name).shape
        if isinstance(node.op, ops.GlobalAvgPool2d) or (inputs and pooled.issuperset(inputs)):
            pooled.add(place)
        elif len(shape) == 3:
            side = min(side, *shape[1:])
        if isinstance(node.op, Window) and max(node.op.stride) > 1 and max(genome.shapes[node.inputs[0]][1:]) == 1:
            return 0
    return side
