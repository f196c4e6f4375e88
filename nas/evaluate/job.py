"""A job: one trial as plain data, for any process on any machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nas.errors import InputError, nearest


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker must know to evaluate one genome. Every field is plain JSON data.

    genome: `Genome.to_dict()`. train, data: the fields of `TrainSettings` and `DataSettings`.
    epochs: how many epochs to train, and what the learning rate's schedule is laid out for.
    until: the epoch after which the trial pauses with its checkpoint; None: it goes on to the last.
    parent: {"genome": ..., "weights": a file}, whose weights the network starts from; None: it starts from scratch.
    attempt: 1, 2, ...; a later attempt goes on from the checkpoint of the one before.
    imports: modules that register a person's own operations, blocks or evaluators.
    allowed: the code (modules and module:function) that the person let this search run; a worker imports nothing else.
    cache: the folder of decoded data sets. placed: the name of one in it that another machine has decoded.
    checkpoints: the folder of this trial.
    device: "auto" (the first GPU if there is one), "cpu", "cuda:0".
    time_limit_seconds: of one attempt; None: no limit.
    latency: the fields of `LatencySettings`, where the metrics are to have latency_ms; None: they are not.
    """

    number: int
    genome: dict[str, Any]
    seed: int
    epochs: int
    cache: str
    checkpoints: str
    placed: str = ""
    imports: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    attempt: int = 1
    until: int | None = None
    parent: dict[str, Any] | None = None
    evaluator: str = "train"
    train: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    threads: int = 1
    device: str = "auto"
    time_limit_seconds: float | None = None
    latency: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))  # shallow: the genome is plain data already

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Job:
        """The job that `to_dict` wrote; `InputError` for a field that is unknown or missing."""
        fields = {item.name: item for item in dataclasses.fields(cls)}
        for name in data:
            if name not in fields:
                raise InputError(f"a job has no field '{name}'{nearest(name, fields)}")
        missing = [name for name, item in fields.items() if name not in data and _is_required(item)]
        if missing:
            raise InputError(f"a job needs {', '.join(missing)}; got {', '.join(data) or 'nothing'}")
        return cls(**data)


def _is_required(item: dataclasses.Field[Any]) -> bool:
    return item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
