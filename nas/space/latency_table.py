"""A table of operations: what each takes on one device, measured once, and by that the latency of a network before it exists.

As in ProxylessNAS (Cai, Zhu and Han 2019, arXiv:1812.00332, appendix B) and FBNet (Wu et al. 2019, arXiv:1812.03443,
section 3.2.2) the latency of a network is a sum over its operations. Different here: to the sum, times a factor, come a
constant for the network and one for each call, which are fitted to measured networks: operations that are measured alone
find their input in the cache, and pay for being called by themselves.

An operation that the table lacks is interpolated between those of its kind, the nearest in macs and in scalars that go in
and come out.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from nas.document import parse, read_json
from nas.errors import GenomeError, OverBudget, UnknownNameError
from nas.genome import Genome, Shape, ops
from nas.genome.op import Op, arguments, infer, make
from nas.space.settings import Settings

SCHEMA = "nas.latency-table/1"
NEAREST = 3  # operations of the table, between which one that it lacks is interpolated

Call = tuple[Op, tuple[Shape, ...]]  # an operation, and the shapes of its inputs
Milliseconds = Annotated[float, Field(gt=0, le=1e7)]
Factor = Annotated[float, Field(ge=0, le=1e7)]


class TableEntry(Settings):
    """What one operation takes on inputs of these shapes."""

    op: str
    arguments: dict[str, Any] = Field(default={})
    inputs: tuple[tuple[Annotated[int, Field(ge=1)], ...], ...]
    ms: Milliseconds


class TableDocument(Settings):
    """The file of a table: where it was measured, what was fitted, and the operations."""

    schema_: Literal["nas.latency-table/1"] = Field(alias="schema")
    device: str
    processor: str
    threads: Annotated[int, Field(ge=1)]
    batch: Annotated[int, Field(ge=1)]
    versions: dict[str, str]
    constant_ms: Factor
    call_ms: Factor
    scale: Factor
    operations: tuple[TableEntry, ...] = Field(min_length=1)


@dataclass(frozen=True)
class LatencyTable:
    """What each call takes in milliseconds, alone, and what a network adds to their sum."""

    calls: dict[Call, float]
    constant_ms: float = 0.0
    call_ms: float = 0.0
    scale: float = 1.0
    digest: str = ""  # of the file
    _interpolated: dict[Call, float] = field(default_factory=dict, repr=False, compare=False)

    def predicted_ms(self, genome: Genome) -> float:
        """The latency of a network, from its graph alone."""
        called = calls_of(genome)
        return self.constant_ms + self.call_ms * len(called) + self.scale * self.sum_ms(called)

    def sum_ms(self, called: list[Call]) -> float:
        """What these calls take, each alone."""
        return sum(self._alone_ms(call) for call in called)

    def lacks(self, genome: Genome) -> list[Call]:
        """The calls of a network that are interpolated."""
        return [call for call in calls_of(genome) if call not in self.calls]

    def check(self, genome: Genome, limit: float) -> None:
        """`OverBudget` for a network that is predicted to take longer."""
        predicted = self.predicted_ms(genome)
        if predicted > limit:
            text = f"it is predicted to take {predicted:.3g} ms (limit {limit:g})"
            raise OverBudget(text, excess=predicted / limit - 1)

    def _alone_ms(self, call: Call) -> float:
        known = self.calls.get(call)
        if known is not None:
            return known
        if call not in self._interpolated:
            self._interpolated[call] = self._between_nearest(call)
        return self._interpolated[call]

    def _between_nearest(self, call: Call) -> float:
        """The mean of the nearest of its kind, or of all kinds where the table has none of it, weighted by nearness."""
        alike = {known: ms for known, ms in self.calls.items() if known[0].kind == call[0].kind} or self.calls
        place = _place(call)
        near = sorted((math.dist(place, _place(known)), ms) for known, ms in alike.items())[:NEAREST]
        weights = [1 / (distance + 1e-6) for distance, _ in near]
        logs = [math.log(ms) for _, ms in near]
        return math.exp(sum(w * log for w, log in zip(weights, logs, strict=True)) / sum(weights))


def calls_of(genome: Genome) -> list[Call]:
    """What a network calls, in its order: all nodes but its input and outputs."""
    shapes = genome.shapes
    return [
        (node.op, tuple(shapes[name] for name in node.inputs))
        for node in genome.nodes
        if not isinstance(node.op, ops.Input | ops.Output)
    ]


def _place(call: Call) -> tuple[float, float, float]:
    """The logarithms of its macs, and of the scalars that go in and come out."""
    op, inputs = call
    facts = infer(op, inputs)
    return math.log1p(facts.macs), math.log(sum(map(math.prod, inputs))), math.log(facts.size)


def load(path: str | Path) -> LatencyTable:
    """The table in a file of the schema "nas.latency-table/1"; `DocumentError` where it is none."""
    document = read_json(Path(path))
    digest = hashlib.blake2b(json.dumps(document.data, sort_keys=True).encode(), digest_size=16).hexdigest()
    parsed = parse(TableDocument, document)
    calls: dict[Call, float] = {}
    for place, entry in enumerate(parsed.operations):
        try:
            op = make(entry.op, entry.arguments)
            infer(op, entry.inputs)
        except (GenomeError, UnknownNameError) as error:
            raise document.error(("operations", place), str(error)) from None
        calls[op, entry.inputs] = entry.ms
    return LatencyTable(calls, parsed.constant_ms, parsed.call_ms, parsed.scale, digest)


def content(table: LatencyTable, **about: Any) -> dict[str, Any]:
    """A table as the document that `load` reads; `about`: device, processor, threads, batch, versions."""
    entries = [
        {"op": op.kind, "arguments": arguments(op), "inputs": [list(shape) for shape in inputs], "ms": ms}
        for (op, inputs), ms in table.calls.items()
    ]
    fitted = {"constant_ms": table.constant_ms, "call_ms": table.call_ms, "scale": table.scale}
    return {"schema": SCHEMA, **about, **fitted, "operations": entries}
