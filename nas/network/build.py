"""A genome as a torch module whose `forward` is a flat list of calls, written once.

The graph becomes a `torch.fx.Graph`, and fx generates the code: a call costs what hand-written torch costs,
and deepcopy, pickle, torch.compile, torch.export and torch.func work as they do on any module.
"""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import fx, nn
from torch.fx.proxy import GraphAppendingTracer

from nas.errors import GenomeError, UnknownNameError
from nas.genome import Genome, Node, ops
from nas.network.builders import Computation, Place, builders
from nas.network.initialise import activations_below, initialise
from nas.seeds import derive

# Makers of a fresh tensor that their own gradient does not need.
_FRESH = (
    ops.Conv2d,
    ops.ConvTranspose2d,
    ops.DeformConv2d,
    ops.Linear,
    ops.BatchNorm2d,
    ops.LocalResponseNorm,
    ops.ChannelAffine,
    ops.Scale,
    ops.MaxPool2d,
    ops.AvgPool2d,
    ops.GlobalAvgPool2d,
    ops.HighwayGate,
)
_FRESH_MERGES = (ops.Add, ops.Mean, ops.Multiply, ops.Concat, ops.FractalJoin)  # of one input they are that input

_SHIPPED = f"{__package__}."
_TAKEN = frozenset(dir(fx.GraphModule)) | frozenset(vars(nn.Module())) | {"graph", "code", "meta", "self"}


def build(genome: Genome, *, seed: int = 0) -> nn.Module:
    """The network of a genome, on the CPU, in float32, in training mode, with fresh weights.

    x: (batch, *genome.input_shape) -> (batch, classes), or a tuple where the genome has several outputs, the
    prediction first. The state dict's keys are `state_name` of the nodes: "stem/conv" -> "stem.conv.weight".
    Weights depend only on `seed` and the names of the nodes; no global generator is touched.
    Raises `UnknownNameError` for an operation that has no builder.
    """
    followers = Counter(name for node in genome.nodes for name in node.inputs)
    free = {node.name: _is_fresh(node) and followers[node.name] == 1 for node in genome.nodes}
    activations = activations_below(genome)
    generator = torch.Generator()
    modules: dict[str, nn.Module] = {}
    graph = fx.Graph()
    tracer = GraphAppendingTracer(graph)
    values: dict[str, fx.Proxy] = {}
    shared: dict[str, Any] = {}
    for node in genome.nodes:
        if isinstance(node.op, ops.Input):
            values[node.name] = fx.Proxy(graph.placeholder("x"), tracer)
        elif isinstance(node.op, ops.Output):
            values[node.name] = values[node.inputs[0]]
        else:
            shapes = tuple(genome.shapes[name] for name in node.inputs)
            place = Place(shapes, tuple(free[name] for name in node.inputs), shared)
            lines = tuple(values[name] for name in node.inputs)
            made = _made(node, place, seed=seed)
            if isinstance(made, nn.Module):
                initialise(made, node, activation=activations[node.name], generator=_seeded(generator, seed, node))
                modules[state_name(node.name)] = made
                called = graph.call_module(state_name(node.name), tuple(line.node for line in lines))
                values[node.name] = fx.Proxy(called, tracer)
            else:
                values[node.name] = _recorded(node, made, lines)
    answers = tuple(values[name].node for name in genome.outputs)
    graph.output(answers[0] if len(answers) == 1 else answers)
    return fx.GraphModule(_tree(modules), graph, class_name="Network")


def state_name(name: str) -> str:
    """Where a node's weights stand in the state dict: "stage1/block2/conv" -> "stage1.block2.conv".

    A part that torch's modules or Python use themselves ("train", "half", "class") gets a "_" at its end.
    """
    return ".".join(part + "_" if _is_taken(part) else part for part in name.split("/"))


def _is_taken(part: str) -> bool:
    # "train_" counts as taken too, and becomes "train__": so no two names become one
    bare = part.rstrip("_")
    stems = [part[:end] for end in range(len(bare), len(part) + 1)]
    return any(stem in _TAKEN or keyword.iskeyword(stem) for stem in stems)


def _is_fresh(node: Node) -> bool:
    if isinstance(node.op, ops.StochasticDepth):
        return node.op.survival < 1  # else it is its input
    return isinstance(node.op, _FRESH) or (isinstance(node.op, _FRESH_MERGES) and len(node.inputs) > 1)


def _seeded(generator: torch.Generator, seed: int, node: Node) -> torch.Generator:
    return generator.manual_seed(derive(seed, "weights", node.name))


def _made(node: Node, place: Place, *, seed: int) -> Computation:
    try:
        builder = builders.get(node.op.kind)
    except UnknownNameError as error:
        raise UnknownNameError(f"node '{node.name}': {error}; nas.network.builders.register adds one") from None
    if getattr(builder, "__module__", "").startswith(_SHIPPED):
        return builder(node.op, place)
    # A user's module draws its weights from the global generator: seed it, and put its state back.
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(derive(seed, "weights", node.name))
        return builder(node.op, place)


def _recorded(node: Node, function: Callable[..., Any], lines: tuple[fx.Proxy, ...]) -> fx.Proxy:
    result = function(*lines)
    if not isinstance(result, fx.Proxy):
        raise GenomeError(
            f"node '{node.name}': the builder of '{node.op.kind}' must compute a tensor from its inputs by "
            f"torch calls, got {type(result).__name__}; a torch.nn.Module can do anything else"
        )
    return result


def _tree(modules: dict[str, nn.Module]) -> nn.Module:
    """Modules by dotted name -> one module that holds them."""
    root = nn.Module()
    for path, module in sorted(modules.items(), key=lambda item: item[0].count(".")):
        *parents, last = path.split(".")
        scope = root
        for part in parents:
            if part not in scope._modules:
                scope.add_module(part, nn.Module())
            scope = scope.get_submodule(part)
        if hasattr(scope, last):
            raise GenomeError(f"node '{path.replace('.', '/')}' stands inside a layer of the same name; rename one of them")
        scope.add_module(last, module)
    return root
