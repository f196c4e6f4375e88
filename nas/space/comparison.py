"""The space of a comparison: every combination of its choices at an equal budget, each trained with several seeds.

Depth, connectivity, block: each combination is a *network*. Its width is solved for, so that networks of one budget agree
within the tolerance; or widths are as they stand in the file. Or the networks are published ones, named row by row. The
seed is drawn first: a grid so trains every network with the first seed before any with the second, and whatever has
been trained when a study is broken off can be compared in pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from nas.edit import fit
from nas.errors import InputError, OverBudget, SpaceError
from nas.genome import Genome, Shape
from nas.space.choice import Solve, Suggests, choices_in
from nas.space.compare import CompareSettings
from nas.space.drawing import every
from nas.space.equal import matched
from nas.space.kind import Drawn, Values, described
from nas.space.network import ORDER, NetworkSettings
from nas.space.settings import BudgetSettings
from nas.space.staged import StagedSpace
from nas.zoo import named

MOST = 1000  # networks of a comparison


@dataclass(frozen=True)
class Missed:
    """A network that no width brings near enough to its budget, or no width at all."""

    choices: Values
    reason: str


@dataclass(frozen=True)
class ComparisonSpace:
    """Draws a seed, and one of the networks; `grid` lists the networks."""

    compare: CompareSettings
    network: NetworkSettings
    input_shape: Shape
    classes: int
    _made: dict[Any, Drawn | OverBudget] = field(default_factory=dict, repr=False, compare=False)

    def bound(self, *, input_shape: Shape, classes: int) -> ComparisonSpace:
        if not self.compare.networks:
            self._staged(None).bound(input_shape=input_shape, classes=classes)
        return replace(self, input_shape=input_shape, classes=classes, _made={})

    def draw(self, trial: Suggests) -> Drawn:
        """One training of a network; `OverBudget` where that comes not near enough to its budget."""
        seed = trial.suggest_int("seed", 1, self.compare.seeds)
        drawn = self._drawn(self._chosen(trial))
        return Drawn(drawn.choices | {"seed": seed}, drawn.genome, seed)

    def sketch(self, trial: Suggests) -> str:
        return described(self._chosen(trial))

    def grid(self) -> Iterator[Drawn | Missed]:
        """Each network once, without seeds, in the order of the file."""
        for choices in every(self._chosen):
            try:
                yield self._drawn(choices)
            except OverBudget as error:
                yield Missed(self.said(choices), str(error))

    def combinations(self) -> list[Values]:
        """What varies, of each network, in the order of the file, with nothing solved for; `SpaceError` for too many."""
        found = list(islice(every(self._chosen), MOST + 1))
        if len(found) > MOST:
            raise SpaceError(f"there are more than {MOST:,} combinations, and each is trained; leave out some choices")
        return [self.said(choices) for choices in found]

    def _chosen(self, trial: Suggests) -> Values:
        """A combination: for a grid the budget and the structure, of published networks row and column."""
        if self.compare.networks:
            row = trial.suggest_categorical("row", list(self.compare.networks))
            return {"row": row, "network": trial.suggest_categorical("network", list(self.compare.networks[row]))}
        budgets = list(self.compare.budgets)
        budget = {"budget": trial.suggest_categorical("budget", budgets)} if budgets else {}
        return budget | self._staged(None).structure(trial)

    def _drawn(self, choices: Values) -> Drawn:
        key = tuple(choices.items())
        if key not in self._made:
            try:
                self._made[key] = self._make(choices)
            except OverBudget as error:
                self._made[key] = error
        made = self._made[key]
        if isinstance(made, OverBudget):
            raise made
        return made

    def _make(self, choices: Values) -> Drawn:
        if self.compare.networks:
            text = self.compare.networks[choices["row"]][choices["network"]]
            return Drawn(choices, self._published(choices, text))
        budget = choices.get("budget")
        values = {name: value for name, value in choices.items() if name != "budget"}
        staged = self._staged(budget)
        found = staged.drawn(values, self._widths(staged, values))
        return Drawn(({"budget": budget} if len(self.compare.budgets) > 1 else {}) | found.choices, found.genome)

    def _published(self, choices: Values, text: str) -> Genome:
        try:
            return fit(named.load(text), input_shape=self.input_shape, classes=self.classes)
        except InputError as error:
            raise SpaceError(f"networks.{choices['row']}.{choices['network']}: {error}") from None

    def _widths(self, staged: StagedSpace, values: Values) -> list[int]:
        position = staged.network.width
        widest = staged.widths(_Nothing(), values)
        if not isinstance(position, Solve):
            return widest
        pattern = [stage.width for stage in staged.plan(values, widest).stages]
        step, least = position.multiple, position.least

        def share(widths: Any) -> float | None:
            try:
                return staged.share(values, widths)
            except SpaceError:  # a block that cannot divide such a width
                return None

        widths = matched(share, pattern, least=least, step=step, tolerance=self.compare.tolerance)
        spent = staged.share(values, widths)
        if spent < 1 - self.compare.tolerance:
            equal = self.compare.equal
            limit = getattr(staged.budget, equal)
            text = f"the nearest that any widths come is {spent * limit:,.0f} of {limit:,} {equal}, {spent - 1:.2%}"
            raise OverBudget(text, excess=0.0)
        return widest if widths == pattern else widths

    def _staged(self, budget: int | None) -> StagedSpace:
        """The staged space at one budget; without one its structures."""
        equal, network = self.compare.equal, self.network
        if equal == "width":
            return StagedSpace(network, BudgetSettings(), self.input_shape, self.classes)
        if not isinstance(network.width, Solve):
            network = network.model_copy(update={"width": Solve(solve=equal)})
        return StagedSpace(network, BudgetSettings.model_validate({equal: budget}), self.input_shape, self.classes)

    def said(self, choices: Values) -> Values:
        """Of a combination what varies."""
        known = {name for name in ORDER if choices_in(self.network.position(name))} | {"row", "network"}
        known |= {"budget"} if len(self.compare.budgets) > 1 else set()
        return {name: value for name, value in choices.items() if name in known or name.rpartition(".")[2] in known}


class _Nothing:
    """A trial that is asked nothing, because widths are solved for or given."""

    def _refuse(self, *given: Any, **more: Any) -> Any:
        raise AssertionError("a comparison's widths are no choice of a trial")

    suggest_int = suggest_float = suggest_categorical = _refuse
