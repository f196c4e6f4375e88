"""What may stand at a position of a search space: a value, or a choice between values.

depth: 3                            a value
depth: {int: [1, 9]}                a whole number from a range; also `step`, `log`
dropout: {float: [0.0, 0.5]}        a number from a range
block: {choice: [basic, preact]}    one of a list
depth: [2, {int: [1, 4]}, 2]        one for each stage
depth: {int: [1, 9], each: stage}   drawn anew for each stage
branches: {int: [2, 4], when: {block: inception}}   drawn only where the condition holds
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from nas.space.settings import Settings

T = TypeVar("T")
Scalar = str | int | float | bool
MOST = 100_000  # of any whole number: a network of more blocks or channels is a slip of the pen
WholeNumber = Annotated[int, Field(ge=1, le=MOST)]


class Suggests(Protocol):
    """What a space draws from: an Optuna trial, or anything with these three methods."""

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int: ...
    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float: ...
    def suggest_categorical(self, name: str, choices: Any) -> Any: ...


class Choice(Settings):
    """What all choices share: when they are drawn, and whether anew for each stage."""

    when: dict[str, Scalar | list[Scalar]] = Field(default={}, description="drawn only where these positions have these values")
    each: Literal["network", "stage"] = Field(default="network", description="drawn once, or anew for each stage")


class IntChoice(Choice):
    """A whole number from `low` to `high`, both included."""

    int: tuple[WholeNumber, WholeNumber]
    step: Annotated[int, Field(ge=1)] = 1
    log: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> IntChoice:
        low, high = self.int
        if low > high:
            raise ValueError(f"a range goes from low to high, got [{low}, {high}]")
        if self.log and (low < 1 or self.step > 1):
            raise ValueError("a logarithmic range starts at 1 or above and has no step")
        return self

    def options(self) -> Sequence[int]:
        """All values, smallest first."""
        return range(self.int[0], self.int[1] + 1, self.step)

    def draw(self, trial: Suggests, name: str) -> int:
        return trial.suggest_int(name, self.int[0], self.options()[-1], step=self.step, log=self.log)


class FloatChoice(Choice):
    """A number from `low` to `high`."""

    float: tuple[float, float]
    log: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> FloatChoice:
        low, high = self.float
        if low > high or (self.log and low <= 0):
            raise ValueError(f"a range goes from low to high, and above 0 where it is logarithmic, got [{low}, {high}]")
        return self

    def draw(self, trial: Suggests, name: str) -> float:
        return trial.suggest_float(name, self.float[0], self.float[1], log=self.log)


class OneOf(Choice, Generic[T]):
    """One of a list of values."""

    choice: Annotated[tuple[T, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _differ(self) -> OneOf[T]:
        if len(set(self.choice)) < len(self.choice):
            raise ValueError(f"the values of a choice differ, got {list(self.choice)}")
        return self

    def options(self) -> Sequence[T]:
        """All values, in the order of the file."""
        return self.choice

    def draw(self, trial: Suggests, name: str) -> T:
        return trial.suggest_categorical(name, list(self.choice))


class Solve(Settings):
    """The widest network that the budget allows: `solve` names a limit that the budget sets."""

    solve: Literal["params", "macs", "activations"]
    least: Annotated[int, Field(ge=1, le=MOST)] = Field(default=4, description="the narrowest width that is tried")
    most: Annotated[int, Field(ge=1, le=MOST)] = Field(default=4096, description="the widest width that is tried")
    multiple: Annotated[int, Field(ge=1)] = Field(default=1, description="widths are multiples of this")

    @model_validator(mode="after")
    def _some(self) -> Solve:
        if not self.options():
            raise ValueError(f"no multiple of {self.multiple} lies between least ({self.least}) and most ({self.most})")
        return self

    def options(self) -> Sequence[int]:
        """All widths that may be tried, narrowest first."""
        return range(-(-self.least // self.multiple) * self.multiple, self.most + 1, self.multiple)


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return next((key for key in ("int", "float", "choice", "solve") if key in value), "choice")
    if isinstance(value, Settings):
        return {IntChoice: "int", FloatChoice: "float", Solve: "solve"}.get(type(value), "choice")
    return "stages" if isinstance(value, list | tuple) else "value"


_KIND = Discriminator(_kind)
Number = Annotated[
    Annotated[WholeNumber, Tag("value")] | Annotated[IntChoice, Tag("int")] | Annotated[OneOf[WholeNumber], Tag("choice")],
    _KIND,
]
Share = Annotated[
    Annotated[Annotated[float, Field(ge=0, lt=1)], Tag("value")]
    | Annotated[FloatChoice, Tag("float")]
    | Annotated[OneOf[Annotated[float, Field(ge=0, lt=1)]], Tag("choice")],
    _KIND,
]
StageNumber = Annotated[
    Annotated[WholeNumber, Tag("value")]
    | Annotated[IntChoice, Tag("int")]
    | Annotated[OneOf[WholeNumber], Tag("choice")]
    | Annotated[Annotated[tuple[Number, ...], Field(min_length=1)], Tag("stages")],
    _KIND,
]
Width = Annotated[
    Annotated[WholeNumber, Tag("value")]
    | Annotated[IntChoice, Tag("int")]
    | Annotated[OneOf[WholeNumber], Tag("choice")]
    | Annotated[Solve, Tag("solve")]
    | Annotated[Annotated[tuple[Number, ...], Field(min_length=1)], Tag("stages")],
    _KIND,
]


def choices_in(position: Any) -> list[Choice]:
    """The choices that stand at a position."""
    found = position if isinstance(position, tuple) else (position,)
    return [choice for choice in found if isinstance(choice, Choice)]


def options_of(position: Any) -> list[Any]:
    """Every value that may come of a position; empty for a range of numbers with fractions."""
    if isinstance(position, tuple):
        return [value for one in position for value in options_of(one)]
    if isinstance(position, FloatChoice):
        return []
    return list(position.options()) if isinstance(position, IntChoice | OneOf | Solve) else [position]


def named(kind: Any) -> Any:
    """A position that takes a name: a value, a choice, or one for each stage."""
    one = Annotated[Annotated[kind, Tag("value")] | Annotated[OneOf[kind], Tag("choice")], _KIND]
    return Annotated[
        Annotated[kind, Tag("value")] | Annotated[OneOf[kind], Tag("choice")] | Annotated[tuple[one, ...], Tag("stages")],
        _KIND,
    ]
