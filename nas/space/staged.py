"""The staged space: draws the structure of a network first, and then the widths from what the budget leaves.

Drawing everything and rejecting what costs too much would make a search shallow before it starts: under a limit on
params most deep draws are too wide, so nearly all that pass are shallow. Here depth and structure are drawn without
regard to cost. Then the width is solved for, or drawn from those widths that the budget allows at that structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from nas.complaint import InnerError
from nas.errors import GenomeError, OverBudget, SpaceError
from nas.genome import Shape
from nas.motif import BlockOptions, Builder, Connectivity, Cost, Stage, Staged, Stem, blocks, compose, connectivities, measure
from nas.space.choice import Choice, IntChoice, Solve, Suggests, options_of
from nas.space.kind import Drawn, Values, described
from nas.space.network import ORDER, PER_STAGE, NetworkSettings, by_stage
from nas.space.settings import BudgetSettings
from nas.space.solve import widest
from nas.space.totals import TOTALS, counts, left, stages_of

CACHED = 100_000
LIMITS = ("params", "macs", "activations")


@dataclass(frozen=True)
class StagedSpace:
    """Draws networks of stages for one shape of input."""

    network: NetworkSettings
    budget: BudgetSettings
    input_shape: Shape
    classes: int
    _solved: dict[Any, list[int]] = field(default_factory=dict, repr=False, compare=False)

    def bound(self, *, input_shape: Shape, classes: int) -> StagedSpace:
        """For these images; `InnerError` where the stages would shrink them below one pixel."""
        network, size = self.network, f"{input_shape[1]}x{input_shape[2]}"
        side = -(-min(input_shape[1:]) // (network.stem.stride * (2 if network.stem.pool else 1)))
        # A convolution halves 7 to 4, the pooling between dense stages to 3; a stage that halves begins with two pixels.
        rounds_down = "dense" in options_of(network.connect)
        room = side.bit_length() - 1 if rounds_down else (side - 1).bit_length()
        most = max(options_of(network.stages))
        if network.stride is None and most - 1 > room:
            text = f"{most} stages halve a {size} image below one pixel; at most {room + 1} fit"
            raise InnerError(("network", "stages"), text)
        if network.stride is not None and self._most_halvings(most) > room:
            place = "stride" if network.halvings is None else "halvings"
            text = f"stages halve a {size} image up to {self._most_halvings(most)} times, below one pixel"
            raise InnerError(("network", place), f"{text}; at most {room} fit behind this stem")
        return replace(self, input_shape=input_shape, classes=classes, _solved={})

    def _most_halvings(self, stages: int) -> int:
        """How many stages may halve, in networks of so many."""
        most = 0
        for number, position in enumerate(stages_of(self.network.stride, stages), start=1):
            conditional = isinstance(position, Choice) and bool(position.when)  # where it does not hold, all but the first halve
            most += any(map(counts, options_of(position))) or (conditional and number > 1)
        return most if self.network.halvings is None else min(most, self.network.halvings[1])

    def draw(self, trial: Suggests) -> Drawn:
        """A genome and its choices; `OverBudget` where the drawn structure costs too much at any width."""
        values = self.structure(trial)
        if not isinstance(self.network.width, Solve):
            return self.drawn(values, self.widths(trial, values))
        key = tuple(values.items())
        if key not in self._solved:
            if len(self._solved) >= CACHED:
                self._solved.clear()
            self._solved[key] = self.widths(trial, values)
        return self.drawn(values, self._solved[key])

    def drawn(self, values: Values, widths: list[int]) -> Drawn:
        """What a structure is at these widths; `OverBudget` where it is deeper than the budget allows."""
        genome = self.compose(values, widths).genome()
        limit = self.budget.depth
        if limit is not None and genome.depth > limit:
            raise OverBudget(f"it is {genome.depth} weighted layers deep (limit {limit})", excess=genome.depth / limit - 1)
        width = {"width": widths[0]} if len(widths) == 1 else {f"stage{i}.width": w for i, w in enumerate(widths, start=1)}
        return Drawn({name: value for name, value in values.items() if self._varies(name)} | width, genome)

    def _varies(self, name: str) -> bool:
        position = self.network.position(name if name == "stem.width" else name.rpartition(".")[2])
        return isinstance(position, Choice | tuple)

    def sketch(self, trial: Suggests) -> str:
        """The structure that a trial draws, in words."""
        return described(self.structure(trial))

    def structure(self, trial: Suggests) -> Values:
        """All positions but the width; those of one stage under "stage2.depth". Inactive ones are left out."""
        values: Values = {}
        for name in ORDER[:-1]:
            position = self.network.position(name)
            if position is None:
                continue
            if name not in PER_STAGE or not by_stage(position):
                self._take(trial, values, name, position, stage=None)
                continue
            total = getattr(self.network, TOTALS[name]) if name in TOTALS else None
            each = stages_of(position, values["stages"])
            for stage, one in enumerate(each, start=1):
                if total is not None:  # what is left to choose: all that stands there, or one value
                    options = left(each, total, [values[f"stage{n}.{name}"] for n in range(1, stage)])
                    one = options[0] if len(options) == 1 else one
                self._take(trial, values, name, one, stage=stage)
        return values

    def _take(self, trial: Suggests, values: Values, name: str, position: Any, *, stage: int | None) -> None:
        full = name if stage is None else f"stage{stage}.{name}"
        if not isinstance(position, Choice):
            values[full] = position
        elif all(_holds(values, condition, wanted, stage) for condition, wanted in position.when.items()):
            values[full] = position.draw(trial, full)  # type: ignore[attr-defined]

    def widths(self, trial: Suggests, values: Values) -> list[int]:
        """The first width of the network, or one for each stage; `OverBudget` where even the narrowest costs too much."""
        position = self.network.width
        if isinstance(position, Solve):
            return [self.allowed(values, [])[-1]]
        found: list[int] = []
        for number in range(1, self.width_count(values) + 1):
            name = f"stage{number}.width" if by_stage(position) else "width"
            found.append(self._draw_width(trial, name, self._width_of(number), self.allowed(values, found)))
        return found

    def _draw_width(self, trial: Suggests, name: str, position: Any, allowed: Sequence[int]) -> int:
        if not isinstance(position, Choice):
            return position
        if not self._limited():
            return position.draw(trial, name)  # type: ignore[attr-defined]
        # A place among the allowed ones, so the distribution that a strategy learns from is the same in every trial.
        place = trial.suggest_float(name, 0.0, 1.0)
        return allowed[min(int(place * len(allowed)), len(allowed) - 1)]

    def width_count(self, values: Values) -> int:
        """How many widths there are to draw for this structure."""
        return values["stages"] if by_stage(self.network.width) else 1

    def allowed(self, values: Values, before: list[int]) -> Sequence[int]:
        """The widths that the next stage may have behind those `before`, when all later ones take their narrowest.

        `OverBudget` where even the narrowest costs too much.
        """
        position = self._width_of(len(before) + 1)
        options = position.options() if isinstance(position, IntChoice | Solve) else sorted(options_of(position))
        later = [min(options_of(self._width_of(n))) for n in range(len(before) + 2, self.width_count(values) + 1)]
        if not self._limited():
            return options
        fit = widest(lambda count: self.share(values, [*before, options[count - 1], *later]), 1, len(options))
        if fit is None:
            raise self._over(values, [*before, options[0], *later])
        return options[:fit]

    def _width_of(self, stage: int) -> Any:
        position = self.network.width
        return position[stage - 1] if isinstance(position, tuple) else position

    def _limited(self) -> bool:
        return bool(self._limits())

    def cost(self, values: Values, widths: list[int]) -> Cost:
        """Params, macs and activations of the network of this structure and width."""
        try:
            return measure(self.plan(values, widths), input_shape=self.input_shape, classes=self.classes)
        except GenomeError as error:
            raise _no_network(values, widths, error) from None

    def share(self, values: Values, widths: list[int]) -> float:
        """The largest cost of the network over its limit."""
        cost = self.cost(values, widths)
        return max([getattr(cost, limit) / most for limit, most in self._limits()], default=0.0)

    def _limits(self) -> list[tuple[str, int]]:
        return [(limit, most) for limit in LIMITS if (most := getattr(self.budget, limit)) is not None]

    def _over(self, values: Values, widths: list[int]) -> OverBudget:
        cost = self.cost(values, widths)
        costs = [f"{getattr(cost, limit):,} {limit} (limit {most:,})" for limit, most in self._limits()]
        return OverBudget(f"its narrowest form costs {', '.join(costs)}", excess=self.share(values, widths) - 1)

    def compose(self, values: Values, widths: list[int]) -> Builder:
        """The nodes of the network of this structure and width."""
        try:
            return compose(self.plan(values, widths), input_shape=self.input_shape, classes=self.classes)
        except GenomeError as error:
            raise _no_network(values, widths, error) from None

    def plan(self, values: Values, widths: list[int]) -> Staged:
        """Structure and widths as the plan of a network."""
        stages = []
        for number in range(1, values["stages"] + 1):
            connect = connectivities.get(self._at(values, "connect", number))
            width = widths[number - 1] if len(widths) > 1 else widths[0] * self._growth(values, number, connect)
            options = BlockOptions(
                kernel=self._at(values, "kernel", number),
                activation=self._at(values, "activation", number),
                branches=self._at(values, "branches", number),
                shares=_numbers(self._at(values, "shares", number)),
                groups=self._at(values, "groups", number),
                columns=self._at(values, "columns", number),
                functions=self._at(values, "functions", number),
                bases=_numbers(self._at(values, "bases", number)),
            )
            depth = self._at(values, "depth", number)
            stride = self._at(values, "stride", number)
            stages.append(Stage(depth, width, blocks.get(self._at(values, "block", number)), connect, options, stride))
        stem = self.network.stem
        first = Stem(values.get("stem.width") or stages[0].width, stem.conv, stem.stride, stem.pool, stem.convs)
        return Staged(first, tuple(stages), self._at(values, "dropout", 1))

    def _growth(self, values: Values, stage: int, connect: Connectivity) -> int:
        """How many times as wide as the first width a stage is."""
        if not by_stage(self.network.growth):
            return (values.get("growth") or connect.growth) ** (stage - 1)
        # A stage whose condition does not hold grows as if nothing were said.
        return prod(values.get(f"stage{n}.growth", connect.growth if n > 1 else 1) for n in range(1, stage + 1))

    def _at(self, values: Values, name: str, stage: int) -> Any:
        found = values.get(f"stage{stage}.{name}", values.get(name))
        return NetworkSettings.model_fields[name].default if found is None else found


def _no_network(values: Values, widths: list[int], error: GenomeError) -> SpaceError:
    return SpaceError(f"the choices {described(values)} at width {widths} make no network: {error}")


def _numbers(text: str) -> tuple[int, ...]:
    """2:4:1:1 as numbers."""
    return tuple(int(part) for part in text.split(":"))


def blocks_in(values: Values) -> int:
    """The blocks of a structure, in all stages together."""
    return sum(values.get(f"stage{stage}.depth", values.get("depth", 0)) for stage in range(1, values["stages"] + 1))


def _holds(values: Values, name: str, wanted: Any, stage: int | None) -> bool:
    """Whether a position has a wanted value: in this stage, or, asked for the whole network, in any stage."""
    accepted = wanted if isinstance(wanted, list) else [wanted]
    if stage is not None and f"stage{stage}.{name}" in values:
        return values[f"stage{stage}.{name}"] in accepted
    return any(value in accepted for key, value in values.items() if key == name or key.endswith(f".{name}"))
