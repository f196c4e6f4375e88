"""What a strategy may look at beside its study: the space that it draws from, and what else is known of networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nas.genome import Genome
from nas.space.choice import Suggests


@dataclass(frozen=True)
class Earlier:
    """A network of another run, which this one was asked to learn from. Of each value less is better."""

    genome: Genome
    choices: dict[str, Any]
    values: tuple[float, ...] | None  # of the objectives; None: it was not trained to the end
    curve: dict[int, float] = field(default_factory=dict)  # epoch -> first objective
    run: str = ""  # whose values can be compared with each other


@dataclass(frozen=True)
class View:
    """The same for every proposal of a search; nothing in it changes.

    draw: the space; from the same choices it draws the same, and raises `OverBudget` where that costs too much.
    It gives a `nas.space.kind.Drawn`; of made-up problems anything.
    scores: zero-cost scores of a genome, where they were asked for; one that cannot be computed is left out.
    """

    draw: Callable[[Suggests], Any]
    scores: Callable[[Genome], dict[str, float]] | None = None
    earlier: Sequence[Earlier] = ()
