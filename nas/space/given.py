"""What a file says of a space of edits: the network to start from, how wide, and what may be changed of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from nas.complaint import InnerError
from nas.edit import edits as edit_kinds
from nas.space.choice import Choice, FloatChoice, OneOf
from nas.space.settings import Settings

MOST = 16  # times as wide


class SolveFactor(Settings):
    """The widest network that the budget allows: `solve` names a limit that the budget sets."""

    solve: Literal["params", "macs", "activations"]
    most: Annotated[float, Field(gt=0, le=MOST)] = Field(default=4.0, description="the largest factor that is tried")


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return next((key for key in ("float", "choice", "solve") if key in value), "choice")
    return {FloatChoice: "float", SolveFactor: "solve"}.get(type(value), "choice") if isinstance(value, Settings) else "value"


Positive = Annotated[float, Field(gt=0, le=MOST)]
Factor = Annotated[
    Annotated[Positive, Tag("value")]
    | Annotated[FloatChoice, Tag("float")]
    | Annotated[OneOf[Positive], Tag("choice")]
    | Annotated[SolveFactor, Tag("solve")],
    Discriminator(_kind),
]


def _edit(name: str) -> str:
    edit_kinds.get(name)
    return name


EditName = Annotated[str, AfterValidator(_edit), WithJsonSchema({"enum": edit_kinds.names()})]


class EditsSettings(Settings):
    """The network to start from, and what may be done to it."""

    start: str = Field(description="zoo:NAME (`nas zoo list`), zoo:NAME(depth=20), or a genome's file")
    width: Factor = Field(default=1.0, description="all channels of the start times this")
    edits: int = Field(default=3, ge=0, le=100, description="changes, at most")
    kinds: tuple[EditName, ...] = Field(default=tuple(edit_kinds.names()), min_length=1, description="of changes")

    @model_validator(mode="after")
    def _admissible(self) -> EditsSettings:
        if len(set(self.kinds)) < len(self.kinds):
            raise InnerError(("kinds",), f"must differ, got {', '.join(self.kinds)}")
        if isinstance(self.width, FloatChoice) and not 0 < self.width.float[0] <= self.width.float[1] <= MOST:
            raise InnerError(("width", "float"), f"must lie above 0 and up to {MOST}, got {list(self.width.float)}")
        if isinstance(self.width, Choice):
            for name, default in (("when", {}), ("each", "network")):
                if getattr(self.width, name) != default:
                    raise InnerError(("width", name), "is of stages alone; the width of a given network is drawn once in a trial")
        return self
