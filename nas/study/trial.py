"""A trial as the study holds it: what was chosen, what it costs, what came out, and why it failed."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from nas.genome.packed import unpack
from nas.space.settings import COSTS, TrainSettings

# paused: waits at a rung; screened: passed over for one with a better score; brought: a network that nobody searched
State = Literal["running", "paused", "finished", "stopped", "failed", "repeat", "over-budget", "screened", "brought"]
UNTRAINED = ("repeat", "over-budget", "screened", "brought")


class Leg(NamedTuple):
    """A stretch of a trial: from where it stands to its next rung, or to the end."""

    place: int  # in the order of all legs of the search
    known: int  # how many legs, the first so many, had told their outcomes when it was decided on
    until: int | None  # the epoch of the rung; None: the end


@dataclass
class Trial:
    """One proposal of a search, under its number."""

    number: int
    state: State
    choices: dict[str, Any] = field(default_factory=dict)
    packed: str = ""  # its genome (`nas.genome.packed`); empty where the draw met no budget
    fingerprint: str = ""
    params: int = 0
    macs: int = 0
    depth: int = 0
    activations: int = 0
    seed: int = 0
    repetition: int | None = None  # which training of its network it is, where a space asks for several of each
    attempt: int = 1
    excess: float = 0.0  # of a draw over budget: its largest cost over the limit, minus 1
    repeats: int | None = None  # the trial whose network this one is
    reused: str = ""  # the run and trial whose result it has; it was not trained here
    parents: list[int] = field(default_factory=list)  # whose choices it took over, by the strategy
    inherits: int | None = None  # the parent whose weights it starts from
    scores: dict[str, float] = field(default_factory=dict)  # zero-cost, where they were asked for
    legs: list[Leg] = field(default_factory=list)  # of its training, so far
    reason: str = ""  # why it failed, or was not trained
    metrics: dict[str, float] = field(default_factory=dict)
    curve: dict[int, dict[str, float]] = field(default_factory=dict)  # epoch -> metrics
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)  # of what a person should know: a damaged checkpoint

    @property
    def genome(self) -> dict[str, Any] | None:
        """Its genome as plain data, "nas.genome/1"; None where the draw met no budget."""
        return unpack(self.packed) if self.packed else None

    @property
    def trains(self) -> bool:
        """Whether it is trained, and not settled from what is known."""
        return self.state not in UNTRAINED

    @property
    def settled(self) -> bool:
        """Whether nobody works on it; one that is paused may be taken up again."""
        return self.state != "running" and not (self.state == "repeat" and not self.metrics and not self.reason)

    @property
    def complete(self) -> bool:
        """Whether it has final values: trained to the end, or a repeat of one that was."""
        return self.state in ("finished", "repeat") and bool(self.metrics)

    @property
    def until(self) -> int | None:
        """The epoch at which it pauses; None: it goes on to the end."""
        return self.legs[-1].until if self.legs else None

    @property
    def costs(self) -> dict[str, float]:
        return {name: float(getattr(self, name)) for name in COSTS}

    def value(self, metric: str) -> float | None:
        """A metric, or a cost of the genome."""
        return self.costs[metric] if metric in COSTS else self.metrics.get(metric)

    def epochs(self, recipe: TrainSettings) -> int:
        """How long it is trained in a search: less, where it starts from its parent's weights."""
        if self.inherits is None:
            return recipe.epochs
        return recipe.inherited_epochs or -(-recipe.epochs // 2)

    def to_dict(self) -> dict[str, Any]:
        """Plain data but for the genome; `curve` as a list of [epoch, metrics]."""
        data = {name: copy(value) for name, value in vars(self).items() if name != "packed"}
        return data | {"curve": [[epoch, metrics] for epoch, metrics in sorted(self.curve.items())]}


def check(trial: Trial) -> None:
    """See that each field of a trial that was read is of its kind, and that its metrics are finite; `ValueError` else."""
    for name, kind in _kinds().items():
        value = getattr(trial, name)
        try:
            kind.validate_python(value, strict=True)
        except ValidationError as error:
            raise ValueError(f"{name}: {error.errors()[0]['msg']}") from None
        if isinstance(value, int) and abs(value) >= 2**64:
            raise ValueError(f"{name}: must be below 2**64")


@cache
def _kinds() -> dict[str, TypeAdapter[Any]]:
    """What each field is; where it is measured, no infinity."""
    finite = ConfigDict(allow_inf_nan=False)
    kinds = get_type_hints(Trial).items()
    return {name: TypeAdapter(kind, config=finite if name in ("metrics", "curve") else None) for name, kind in kinds}
