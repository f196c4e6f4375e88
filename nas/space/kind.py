"""What every kind of search space can do: be bound to images, and draw a genome from a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from nas.genome import Genome, Shape
from nas.space.choice import Suggests

Values = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """One draw: the choices that made it, as a person reads them, and the genome."""

    choices: Values
    genome: Genome
    repetition: int | None = None  # which of its trainings, where a space asks for several of each network


class Kind(Protocol):
    """A kind of search space for images of one shape."""

    @property
    def input_shape(self) -> Shape: ...

    @property
    def classes(self) -> int: ...

    def bound(self, *, input_shape: Shape, classes: int) -> Kind:
        """The same for other images; `InnerError` with the place in the file where that cannot be."""
        ...

    def draw(self, trial: Suggests) -> Drawn:
        """A genome within the budget, and its choices; `OverBudget` where what was drawn costs too much."""
        ...

    def sketch(self, trial: Suggests) -> str:
        """What a trial draws before anything is costed, in words."""
        ...


def described(values: Values) -> str:
    """Choices as a line for a person."""
    return ", ".join(f"{name} {value}" for name, value in values.items())
