"""The `network` section of a search space: every position takes a value or a choice."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from nas.complaint import InnerError
from nas.errors import nearest
from nas.genome.layers import ACTIVATIONS
from nas.motif import blocks, connectivities
from nas.registry import Registry
from nas.space.choice import Choice, Number, Share, StageNumber, Width, choices_in, named, options_of
from nas.space.settings import Settings
from nas.space.totals import TOTALS, Total
from nas.space.totals import check as check_total


def _from(registry: Registry[Any]) -> Any:
    def check(name: str) -> str:
        registry.get(name)
        return name

    return Annotated[str, AfterValidator(check), WithJsonSchema({"enum": registry.names()})]


def _kernel(value: Any) -> Any:
    """3 and "3x3" mean the same."""
    match = re.fullmatch(r"(\d{1,3})x(\d{1,3})", value) if isinstance(value, str) else None
    if match and match[1] != match[2]:
        raise ValueError(f"a block's kernel is square, got {value}")
    return int(match[1]) if match else value


def _odd(value: int) -> int:
    if not 1 <= value <= 31 or value % 2 == 0:
        raise ValueError(f"a kernel is an odd number from 1 to 31, or such as 3x3, got {value}")
    return value


def _colons(what: str, example: str) -> Any:
    def check(value: str) -> str:
        parts = value.split(":")
        if not 1 <= len(parts) <= 16 or not all(part.isdecimal() and 0 < int(part) <= 1000 for part in parts):
            raise ValueError(f"{what} are whole numbers above 0 joined by colons, such as {example}, got {value}")
        return value

    return Annotated[str, AfterValidator(check)]


MOST_COLUMNS = 8
_AS_JSON = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+x[0-9]+$"}]}
Kernel = Annotated[int, BeforeValidator(_kernel), AfterValidator(_odd), WithJsonSchema(_AS_JSON)]
KernelPosition = named(Kernel)
BlockPosition = named(_from(blocks))
ConnectPosition = named(_from(connectivities))
ActivationPosition = named(Annotated[Literal[ACTIVATIONS], Field()])
SharesPosition = named(_colons("shares", "2:4:1:1"))
BasesPosition = named(_colons("bases", "1:2"))
StridePosition = named(Annotated[Literal[1, 2], Field()])


def by_stage(position: Any) -> bool:
    """Whether a position is drawn, or given, for each stage."""
    return isinstance(position, tuple) or (isinstance(position, Choice) and position.each == "stage")


class StemSettings(Settings):
    """The first convolution, or a few of them."""

    conv: Kernel = Field(default=3, description="its kernel, such as 3x3")
    convs: int = Field(default=1, ge=1, le=3, description="how many; all but the last have half of the width")
    width: Number | None = Field(default=None, description="its channels; left out: the width of the first stage")
    stride: Literal[1, 2, 4] = Field(default=1, description="its step in pixels; several convolutions take 2 each, in turn")
    pool: bool = Field(default=False, description="a 3x3 max pooling of stride 2 behind it")


class NetworkSettings(Settings):
    """Stem, stages of blocks, classifier; every stage but the first halves the resolution, where nothing else is said."""

    stem: StemSettings = StemSettings()
    stages: Number = Field(default=3, description="each but the first halves the resolution, unless stride says otherwise")
    block: BlockPosition = Field(default="basic", description="what is repeated")  # type: ignore[valid-type]
    connect: ConnectPosition = Field(default="residual", description="how blocks meet")  # type: ignore[valid-type]
    depth: StageNumber = Field(default=3, description="blocks in each stage")
    kernel: KernelPosition = Field(default=3, description="of the basic, preact and bottleneck blocks")  # type: ignore[valid-type]
    activation: ActivationPosition = Field(default="relu", description="behind convolutions")  # type: ignore[valid-type]
    branches: StageNumber = Field(default=4, description="of an inception block: 1x1, 3x3, 5x5, pool, so many from the left")
    shares: SharesPosition = Field(default="2:4:1:1", description="how branches divide the width")  # type: ignore[valid-type]
    groups: StageNumber = Field(default=4, description="of the grouped convolutions of resnext and shuffle blocks")
    columns: StageNumber = Field(default=3, description="of a fractal: one that is 2^(columns - 1) blocks deep")
    functions: StageNumber = Field(default=2, description="side by side in a multi-residual join")
    bases: BasesPosition = Field(default="1:2", description="of fused networks: the blocks of each between two fusions")  # type: ignore[valid-type]
    stride: StridePosition | None = Field(  # type: ignore[valid-type]
        default=None, description="of a stage's first block: 2 halves the resolution; left out: 1 in the first stage, then 2"
    )
    halvings: Total | None = Field(
        default=None, description="stages of stride 2, such as 2 or [1, 4], where the stages choose; left out: any number"
    )
    growth: StageNumber | None = Field(
        default=None,
        description="widens each stage but the first by this factor, or, given for each stage, that one; "
        "left out: 2, and 1 where dense",
    )
    widenings: Total | None = Field(
        default=None, description="stages of a growth above 1, such as 2 or [1, 3], where the stages choose; left out: any number"
    )
    dropout: Share = Field(default=0.0, description="in front of the classifier")
    width: Width = Field(
        default=16, description="channels of a line in the first stage, before its growth; of dense blocks the growth rate"
    )

    @model_validator(mode="after")
    def _conditions(self) -> NetworkSettings:
        """A condition names a position that is drawn before, so order says what may depend on what."""
        drawn: list[str] = []
        for name in ORDER:
            for choice in choices_in(self.position(name)):
                for wanted, values in choice.when.items():
                    if wanted not in drawn:
                        text = f"'when' takes a position that is drawn before it ({', '.join(drawn)}), got '{wanted}'"
                        raise InnerError(tuple(name.split(".")), text)
                    self._check_wanted(name, wanted, values if isinstance(values, list) else [values])
            drawn.append(name)
        return self

    def _check_wanted(self, name: str, wanted: str, values: list[Any]) -> None:
        """A condition asks for names that there are; one that is never drawn is fine, or `--set` could narrow no choice."""
        known = {"block": blocks.names(), "connect": connectivities.names(), "activation": ACTIVATIONS}.get(wanted)
        for value in values:
            if known is not None and value not in known:
                raise InnerError(
                    tuple(name.split(".")), f"'when' asks for an unknown {wanted}, {value}{nearest(str(value), known)}"
                )

    @model_validator(mode="after")
    def _branches(self) -> NetworkSettings:
        """Of an inception block each branch has a share, and a channel at least, in whatever combination."""
        if "inception" not in options_of(self.block):
            return self
        most = max(options_of(self.branches))
        for shares in options_of(self.shares):
            if shares.count(":") + 1 < most:
                raise InnerError(("shares",), f"{most} branches take as many shares of the width, got {shares}")
        if min(options_of(self.width)) < most:
            narrow = min(options_of(self.width))
            raise InnerError(("width",), f"an inception block of {most} branches is at least {most} channels wide, got {narrow}")
        return self

    @model_validator(mode="after")
    def _fitting(self) -> NetworkSettings:
        """Numbers that some width or memory could not bear, in whatever combination."""
        if "fractal" in options_of(self.connect) and max(options_of(self.columns)) > MOST_COLUMNS:
            most = max(options_of(self.columns))
            raise InnerError(("columns",), f"a fractal has {MOST_COLUMNS} columns at most, got {most}")
        if "shuffle" in options_of(self.block):
            for groups in options_of(self.groups):
                odd = [width for width in options_of(self.width) if width % groups]
                if odd:
                    text = f"a shuffle block of {groups} groups is a multiple of {groups} channels wide, got {odd[0]}"
                    raise InnerError(("width",), f"{text}; {{solve: params, multiple: {groups}}} takes such widths alone")
        return self

    @model_validator(mode="after")
    def _totals(self) -> NetworkSettings:
        """Stages choose among what the totals leave, and some choice of theirs meets them."""
        for name, total in TOTALS.items():
            position, limits = getattr(self, name), getattr(self, total)
            if limits is None:
                continue
            if not by_stage(position):
                example = f"network.{name} is to be a choice in each stage, such as {{choice: [1, 2], each: stage}}"
                raise InnerError((total,), f"is of what the stages choose: {example}")
            lengths = options_of(self.stages)
            if not isinstance(position, tuple) or len(position) == max(lengths):
                check_total(name, position, limits, lengths)
        if by_stage(self.growth) and by_stage(self.width):
            raise InnerError(("growth",), "is of one width for all stages, and here each stage has a width of its own")
        return self

    def position(self, name: str) -> Any:
        """What stands at a position of `ORDER`."""
        return self.stem.width if name == "stem.width" else getattr(self, name)


# Positions in the order in which they are drawn: what costs are computed from comes first, the width last.
ORDER = (
    "stages", "block", "connect", "depth", "kernel", "activation", "branches", "shares", "groups", "columns",
    "functions", "bases", "stride", "growth", "dropout", "stem.width", "width",
)  # fmt: skip
PER_STAGE = (
    "block", "connect", "depth", "kernel", "activation", "branches", "shares", "groups", "columns", "functions", "bases",
    "stride", "growth", "width",
)  # fmt: skip
