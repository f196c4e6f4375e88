"""What an operation is: its arguments, the shape it puts out, and what it costs.

An operation is a frozen dataclass under `@operation(kind)`; what torch builds from it stands in `nas.network`.
Shapes are those of one image: (channels, height, width), or (features,) once flat.
"""

from __future__ import annotations

import dataclasses
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, TypeVar, dataclass_transform

from nas.errors import GenomeError
from nas.registry import Registry

Shape = tuple[int, ...]
MOST = {"params": 10**12, "macs": 10**16, "activations": 10**12}  # of a genome
REMEMBERED = 4096  # shapes for which an operation keeps its cost


class Op(ABC):
    """An operation of a genome: arguments in, shape and cost out. Immutable and hashable."""

    __slots__ = ("_facts", "_hash", "_key")  # what was worked out once; no part of the value

    _facts: dict[tuple[Shape, ...], Facts]
    _hash: int
    _key: bytes
    kind: ClassVar[str]
    arity: ClassVar[tuple[int, int | None]] = (1, 1)  # fewest and most inputs; None: any number
    weighted: ClassVar[bool] = False  # a layer with weights, as depth counts them
    commutative: ClassVar[bool] = False  # the order of the inputs does not matter

    @abstractmethod
    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        """The shape put out for inputs of these shapes; `GenomeError` where they do not fit."""

    def params(self, inputs: tuple[Shape, ...]) -> int:
        """Learnable scalars."""
        return 0

    def macs(self, inputs: tuple[Shape, ...]) -> int:
        """Multiply-accumulates for one image."""
        return 0


class Facts(NamedTuple):
    """What a node's operation makes of its inputs."""

    shape: Shape
    params: int
    macs: int
    size: int  # scalars put out for one image


registry: Registry[type[Op]] = Registry("operation")

OpClass = TypeVar("OpClass", bound=type[Op])


@dataclass_transform(frozen_default=True)
def operation(kind: str) -> Callable[[OpClass], OpClass]:
    """Make a class an operation and register it under `kind`."""

    def decorate(cls: OpClass) -> OpClass:
        made = dataclasses.dataclass(frozen=True, slots=True)(cls)
        taken = {field.name for field in dataclasses.fields(made)} & {"name", "op", "inputs"}  # type: ignore[arg-type]
        if taken:
            raise GenomeError(f"operation '{kind}' has an argument '{taken.pop()}', which a genome's file needs itself")
        made.kind = kind
        made.__hash__ = _cached_hash  # type: ignore[assignment]
        registry.register(kind, made)
        return made

    return decorate


def _cached_hash(op: Op) -> int:
    # Costs and shapes are looked up by operation a hundred times for each genome; hashing every field each time
    # took a third of the whole.
    try:
        return op._hash
    except AttributeError:
        value: int = hash((op.kind, *(getattr(op, field.name) for field in dataclasses.fields(op))))  # type: ignore[arg-type]
        object.__setattr__(op, "_hash", value)
        return value


def infer(op: Op, inputs: tuple[Shape, ...]) -> Facts:
    """Shape and cost of `op` on inputs of these shapes; `GenomeError` where they do not fit."""
    try:
        return op._facts[inputs]
    except KeyError:
        known = op._facts
    except AttributeError:
        known = {}
        object.__setattr__(op, "_facts", known)
    if len(known) >= REMEMBERED:
        known.clear()
    known[inputs] = found = _inferred(op, inputs)
    return found


def _inferred(op: Op, inputs: tuple[Shape, ...]) -> Facts:
    fewest, most = op.arity
    if len(inputs) < fewest or (most is not None and len(inputs) > most):
        wanted = str(fewest) if fewest == most else f"at least {fewest}" if most is None else f"{fewest} to {most}"
        raise GenomeError(f"takes {wanted} input(s), got {len(inputs)}")
    shape = op.output_shape(inputs)
    if min(shape) < 1:
        raise GenomeError(f"puts out {shape} for {inputs[0]}: nothing is left of the image; use a smaller stride or kernel")
    size = 1
    for extent in shape:
        size *= extent
    facts = Facts(shape, op.params(inputs), op.macs(inputs), size)
    check_cost(params=facts.params, macs=facts.macs, activations=size)
    return facts


def check_cost(**costs: int) -> None:
    """Refuse what no machine can compute, before anything is made of it; far above every published network."""
    for name, cost in costs.items():
        if cost > MOST[name]:
            raise GenomeError(f"has more than {MOST[name]:,} {name}, which is the most that is taken")


def arguments(op: Op) -> dict[str, Any]:
    """The arguments that are not at their default, as plain data."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(op):  # type: ignore[arg-type]
        value = getattr(op, field.name)
        if value != field.default:
            found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def key(op: Op) -> bytes:
    """What the operation is, as bytes that are alike in every process and version.

    Arguments at their default are left out, so an argument that is added later changes no key.
    """
    try:
        return op._key
    except AttributeError:
        value = f"{op.kind}{json.dumps(arguments(op), sort_keys=True)}".encode()
        object.__setattr__(op, "_key", value)
        return value


def make(kind: str, values: dict[str, Any]) -> Op:
    """The operation of this kind with these arguments (lists are taken for tuples)."""
    cls = registry.get(kind)
    known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise GenomeError(f"operation '{kind}' has no argument '{name}'; it has: {', '.join(sorted(known)) or 'none'}")
    try:
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    except TypeError as error:
        raise GenomeError(f"operation '{kind}': {error}") from None


def whole(name: str, value: object, *, least: int) -> int:
    """`value` as an argument that must be a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise GenomeError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return value


def pair(name: str, value: object, *, least: int) -> tuple[int, int]:
    """`value` as (height, width): one number stands for both."""
    if isinstance(value, int):
        value = (value, value)
    if not isinstance(value, tuple) or len(value) != 2:
        raise GenomeError(f"{name} must be one whole number or two, got {value!r}")
    return whole(name, value[0], least=least), whole(name, value[1], least=least)


def fraction(name: str, value: object) -> float:
    """`value` as a share from 0 up to, but not including, 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise GenomeError(f"{name} must be at least 0 and below 1, got {value!r}")
    return float(value)


def flag(name: str, value: object) -> None:
    """Refuse a `value` that is not true or false."""
    if not isinstance(value, bool):
        raise GenomeError(f"{name} must be true or false, got {value!r}")


def image(inputs: tuple[Shape, ...]) -> Shape:
    """The one input, which must be an image (channels, height, width)."""
    if len(inputs[0]) != 3:
        raise GenomeError(f"takes an image (channels, height, width), got {inputs[0]}")
    return inputs[0]


def set_fields(op: Op, **values: object) -> None:
    """Replace fields of a frozen operation by their checked form, within `__post_init__`."""
    for name, value in values.items():
        object.__setattr__(op, name, value)
