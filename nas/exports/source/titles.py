"""What the classes are called: as their papers call them where a block is one of those, else as their scopes are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nas.exports.source.blocks import Block
from nas.exports.source.names import class_name, free
from nas.exports.source.units import Chained, Made, Module, Unit
from nas.exports.source.words import Argument


class Title(NamedTuple):
    """The name of a class and, where a paper draws it, the sentence that says so."""

    name: str
    about: str = ""


_GENERIC = frozenset(("block", "unit", "layer", "function", "left", "right", "base", "fusion", "conv", "module", "column"))
_STAGES = frozenset(("stage", "base", "fusion", "column", "block", ""))
_SHORTEST = 3  # a name that scopes have in common
_WORDS = {"conv": "Conv", "norm": "Norm", "max_pool": "Pool", "avg_pool": "Pool", "dropout": "Dropout", "linear": "Linear"}
_MERGE_AND_RUN = "(x, y) -> (F(x) + m, G(y) + m), m = (x + y) / 2 (Zhao et al. 2017)."
_DENSE = "x -> [x, F(x)] (Huang et al. 2017, arXiv:1608.06993)."
_FRACTAL = "Columns of different depth that meet by averaging (Larsson et al. 2017)."
_HIGHWAY = "x -> H(x) T(x) + x (1 - T(x)) (Srivastava et al. 2015, arXiv:1505.00387)."
_SHUFFLE = "Grouped 1x1 convolutions with a channel shuffle (Zhang et al. 2018)."
_SUMS = {
    (3, 3): ("Basic", "Two 3x3 convolutions"),
    (1, 3, 1): ("Bottleneck", "1x1, 3x3 and 1x1 convolutions"),
}


def name_all(blocks: list[Block], taken: set[str]) -> dict[Block, str]:
    """Give each block its name, the last "Network"; gives the sentence for the docstring of each."""
    taken = {*taken, "Network"}
    abouts = {}
    for block in sorted(blocks[:-1], key=lambda each: -len(each.scopes)):
        title = _title(block)
        name = title.name
        if name in taken:
            name = next((other for other in _other_names(block, name) if other not in taken), name)
        block.name = free(name, taken)
        taken.add(block.name)
        abouts[block] = title.about
    blocks[-1].name = "Network"
    return abouts


def _title(block: Block) -> Title:
    words = {_word(path[-1]) for path in block.scopes}
    word = words.pop() if len(words) == 1 else ""
    published = _published(block)
    if word and word not in _GENERIC:
        word = "pool_branch" if word == "pool" else word
        return Title(class_name(word), published.about if published else "")
    if published:
        return published
    layers = _layers(block)
    if layers:
        return Title(layers)
    parent = _beginning([path[-2] if len(path) > 1 else "" for path in block.scopes])
    parent = "" if len(parent) < _SHORTEST else parent
    return Title(class_name(("" if parent in _STAGES else f"{parent}_") + (word or "block")))


def _word(part: str) -> str:
    """block12 -> block, inception3a -> inception, expand1 -> expand"""
    return re.sub(r"[0-9]+[a-z]?$", "", part) or part


def _beginning(names: list[str]) -> str:
    """What names have in common: inception_b and inception_c are of inception."""
    first, last = min(names), max(names)
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length].rstrip("_0123456789")


def _content(units: list[Unit]) -> Iterator[tuple[str, int]]:
    """The kinds of the operations with the kernels of convolutions, those of the blocks within too."""
    for unit in units:
        if unit.module is not None:
            yield from _content_of(unit.module)
        else:
            yield unit.kind, 0


def _content_of(module: Module) -> Iterator[tuple[str, int]]:
    if isinstance(module, Chained):
        for _, item in module.items:
            yield from _content_of(item)
    elif isinstance(module.function, Block):
        yield from _content(module.function.units)
    else:
        kernel = next((each.value for each in module.arguments if each.name == "kernel_size"), 0)
        yield _KINDS.get(module.function, module.function), kernel if isinstance(kernel, int) else -1


_KINDS = {"nn.Conv2d": "conv", "nn.BatchNorm2d": "norm", "nn.Linear": "linear", "FractalJoin": "join"}


def _published(block: Block) -> Title | None:
    """The block of a paper that this is, by the operations of its own."""
    kinds = {unit.kind for unit in block.units}
    if "highway_gate" in kinds:
        return Title("Highway", _HIGHWAY)
    if "fractal_join" in kinds:
        return Title("FractalBlock", _FRACTAL)
    if "mean" in kinds and "add" in kinds and block.lines == 2:
        return Title("MergeAndRun", _MERGE_AND_RUN)
    if "channel_shuffle" in kinds:
        return Title("ShuffleUnit", _SHUFFLE)
    if block.units[-1].kind == "concat" and (-1, 0) in block.reads[-1] and "conv2d" in kinds and block.lines == 1:
        return Title("DenseLayer", _DENSE)
    return _residual(block, [kind for kind, _ in _content(block.units)], joined="add" in kinds)


def _residual(block: Block, kinds: list[str], *, joined: bool) -> Title | None:
    """The blocks of the residual networks, and their branches without the sum."""
    inner = [unit for unit in block.units if not (unit.module is not None and unit.path[-1].startswith("project"))]
    kernels = tuple(kernel for kind, kernel in _content(inner) if kind == "conv")
    if kernels not in _SUMS or "norm" not in kinds or block.lines != 1:
        return None
    name, convolutions = _SUMS[kernels]
    groups = [argument for unit in inner for argument in _arguments(unit) if argument.name == "groups" and argument.value != 1]
    if any(argument.role == "channels" for argument in groups):
        return None  # depthwise
    if groups and joined:
        return Title("ResNeXtBlock", "1x1, grouped 3x3 and 1x1 convolutions and a shortcut (Xie et al. 2017).")
    before = kinds.index("conv") > 0
    paper = "2016b, arXiv:1603.05027" if before else "2016a, arXiv:1512.03385"
    name = f"PreAct{name}" if before and name != "Basic" else "PreAct" if before else name
    if not joined:
        return Title(f"{name}Branch") if set(kinds) <= {"conv", "norm", "activation"} else None
    return Title(name if name == "Bottleneck" else f"{name}Block", f"{convolutions} and a shortcut (He et al. {paper}).")


def _arguments(unit: Unit) -> tuple[Argument, ...]:
    return unit.module.arguments if isinstance(unit.module, Made) else ()


def _layers(block: Block) -> str:
    """Of a few layers one behind another, their names: "ConvNormReLU"."""
    words = []
    for unit in block.units:
        if unit.kind == "activation":
            words.append(_function(unit))
        elif unit.kind in ("", "batch_norm", "conv2d", "max_pool", "avg_pool", "dropout", "linear"):
            words.append(_WORDS.get({"batch_norm": "norm", "conv2d": "conv"}.get(unit.kind, unit.kind), ""))
        else:
            return ""
    return "".join(words) if all(words) and len(words) <= 4 and len(block.answers) == 1 else ""


def _function(unit: Unit) -> str:
    pattern = getattr(unit.formula, "pattern", "")
    if "{" in pattern:
        return "Tanh"
    name = pattern.rpartition(".")[2]
    return {"relu": "ReLU", "relu6": "ReLU6", "elu": "ELU", "gelu": "GELU", "silu": "SiLU"}.get(name, class_name(name))


def _other_names(block: Block, name: str) -> Iterator[str]:
    """What else to call a block whose name another one has."""
    for adjective in _adjectives(block):
        yield f"{adjective}{name}"
    if len(block.scopes) == 1 and _word(block.scopes[0][-1]) not in _GENERIC:
        yield class_name(block.scopes[0][-1])


def _adjectives(block: Block) -> Iterator[str]:
    """What tells a block from others of its name."""
    parts = set(_parts(block))
    if any(part.startswith("project") for part in parts):
        yield "Projected"
    if "pad" in parts:
        yield "Padded"
    if "fuse" in parts:
        yield "Fused"
    if any(part.startswith("transition") for part in parts):
        yield "Transition"


def _parts(block: Block) -> Iterator[str]:
    """The names of all units, those of the blocks within too."""
    for unit in block.units:
        yield from unit.path
        if isinstance(unit.module, Made) and isinstance(unit.module.function, Block):
            yield from _parts(unit.module.function)
