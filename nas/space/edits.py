"""The space of edits: a given network, scaled to the data, and up to so many changes of it.

Each change is drawn as a kind and a place among all the places where that kind can be tried; from there on the first
one is taken that gives a network, within the budget. So every draw counts, and a strategy learns from the same two
numbers whatever was changed before.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from nas.complaint import InnerError
from nas.edit import edits as edit_kinds
from nas.edit import fit, scale_width
from nas.edit.widths import scaling
from nas.errors import GenomeError, InputError, OverBudget
from nas.genome import Genome, Shape
from nas.space.choice import Choice, FloatChoice, OneOf, Suggests, options_of
from nas.space.given import EditsSettings, SolveFactor
from nas.space.kind import Drawn, Values
from nas.space.settings import BudgetSettings
from nas.space.solve import widest

TRIED = 60  # places of an edit that are looked at before it is left out
STEPS = 1024  # a factor of the width that is solved for is a multiple of 1/1024
REMEMBERED = 32  # starts of a width each
OF_WIDTH = ("params", "macs", "activations")
LIMITS = (*OF_WIDTH, "depth")


@dataclass(frozen=True)
class EditsSpace:
    """Draws changes of one network for one shape of input."""

    network: EditsSettings
    budget: BudgetSettings
    given: Genome
    input_shape: Shape
    classes: int
    start: Genome  # the given network, fitted to the images
    _scaled: dict[float, Genome] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def starting(cls, network: EditsSettings, budget: BudgetSettings, *, input_shape: Shape, classes: int) -> EditsSpace:
        """The space from its settings; `InnerError` where the start is no network.

        It is for the start's own images where the start has no form for those that are asked for.
        """
        from nas.zoo import find, load

        try:
            given = load(network.start)
        except InputError as error:
            text = str(error)
            with contextlib.suppress(InputError):
                text += f"; in the zoo there is zoo:{find(Path(network.start).name).name}" if ":" not in network.start else ""
            raise InnerError(("network", "start"), text) from None
        except OSError as error:
            raise InnerError(("network", "start"), f"{network.start}: {error.strerror or error}") from None
        own = cls(network, budget, given, given.input_shape, given.classes, given)
        try:
            return own.bound(input_shape=input_shape, classes=classes)
        except InnerError:  # said when the space is bound to the images that it is searched for
            return own

    def bound(self, *, input_shape: Shape, classes: int) -> EditsSpace:
        """For these images; `InnerError` where the start has no form for them, or none of a width that may be drawn."""
        try:
            start = fit(self.given, input_shape=input_shape, classes=classes)
        except GenomeError as error:
            raise InnerError(("network", "start"), f"{self.network.start}: {error}") from None
        answer = start.shapes[start.outputs[0]]
        if answer != (classes,):
            text = f"{self.network.start}: it answers {answer}, and a search needs one number for each of {classes} classes"
            raise InnerError(("network", "start"), text)
        found = replace(self, input_shape=input_shape, classes=classes, start=start, _scaled={})
        if not isinstance(self.network.width, SolveFactor):
            for factor in options_of(self.network.width):
                try:
                    found.scaled(factor)
                except GenomeError as error:
                    raise InnerError(
                        ("network", "width"), f"{self.network.start} is no network at x{factor:g}: {error}"
                    ) from None
        return found

    def draw(self, trial: Suggests) -> Drawn:
        """The start, as wide as drawn, and its changes; `OverBudget` where the start itself costs too much."""
        solved = isinstance(self.network.width, SolveFactor)
        genome = self.start
        choices: Values = {}
        if not solved:
            factor = self.factor(trial)
            choices = {"width": factor} if isinstance(self.network.width, Choice) else {}
            genome = self._start(factor)
        choices["edits"] = count = trial.suggest_int("edits", 0, self.network.edits)
        for number in range(1, count + 1):
            kind = trial.suggest_categorical(f"edit{number}.kind", list(self.network.kinds))
            place = trial.suggest_float(f"edit{number}.place", 0.0, 1.0)
            # Where the width is solved for when all edits are made, only what a width does not change counts before.
            words, genome = self._edited(genome, kind, place, limits=("depth",) if solved else LIMITS)
            choices[f"edit{number}"] = words
        if solved:
            choices["width"], genome = self._solved(genome)
        return Drawn(choices, genome)

    def factor(self, trial: Suggests) -> float:
        """By how much the widths are multiplied."""
        position = self.network.width
        if isinstance(position, FloatChoice | OneOf):
            return position.draw(trial, "width")
        assert isinstance(position, float)
        return position

    def scaled(self, factor: float) -> Genome:
        """The start, so many times as wide; `GenomeError` where its sums and concatenations leave no such widths."""
        if factor not in self._scaled:
            if len(self._scaled) >= REMEMBERED:
                self._scaled.clear()
            self._scaled[factor] = self.start if factor == 1 else scale_width(self.start, factor)
        return self._scaled[factor]

    def _start(self, factor: float) -> Genome:
        """The start of this width; `OverBudget` where it costs too much, or there is none."""
        try:
            genome = self.scaled(factor)
        except GenomeError as error:  # of a range of factors; a search goes on with another
            raise OverBudget(f"the start is no network at x{factor:g}: {error}", excess=1.0) from None
        self._check(genome, LIMITS, "the start costs")
        return genome

    def _edited(self, genome: Genome, kind: str, place: float, *, limits: tuple[str, ...]) -> tuple[str, Genome]:
        """The first edit from a place on that fits, in words, and what it makes of the genome."""
        try:
            sites = edit_kinds.get(kind)(genome)
        except GenomeError:  # a width that depends on itself
            sites = []
        first = min(int(place * len(sites)), len(sites) - 1)
        for step in range(min(len(sites), TRIED)):
            site = sites[(first + step) % len(sites)]
            try:
                edited = site.apply(genome)
                self._check(edited, limits, "it costs")
            except (GenomeError, OverBudget):
                continue
            return str(site), edited
        return f"{kind}: nowhere", genome

    def _solved(self, genome: Genome) -> tuple[float, Genome]:
        """The widest form within the budget; `OverBudget` where there is none."""
        position = self.network.width
        assert isinstance(position, SolveFactor)
        self._check(genome, ("depth",), "it costs")
        made: dict[int, Genome] = {}
        try:
            scaled = scaling(genome)
        except GenomeError as error:
            raise OverBudget(f"its width cannot be solved for: {error}", excess=1.0) from None

        def share(step: int) -> float:
            try:
                made[step] = scaled(step / STEPS)
            except GenomeError:  # no network of this width
                return 2.0
            return 1 + self._excess(made[step], OF_WIDTH)

        steps = widest(share, 1, max(1, int(position.most * STEPS)))
        if steps is not None:
            return steps / STEPS, made[steps]
        if 1 in made:
            self._check(made[1], OF_WIDTH, "its narrowest form costs")
        raise OverBudget("it has no narrow form", excess=1.0)

    def _limits(self, names: tuple[str, ...]) -> list[tuple[str, int]]:
        return [(name, most) for name in names if (most := getattr(self.budget, name)) is not None]

    def _excess(self, genome: Genome, names: tuple[str, ...]) -> float:
        """The largest cost over its limit, minus 1."""
        return max([getattr(genome, limit) / most for limit, most in self._limits(names)], default=0.0) - 1

    def _check(self, genome: Genome, names: tuple[str, ...], words: str) -> None:
        """`OverBudget` for a genome that costs more than the budget allows."""
        excess = self._excess(genome, names)
        if excess > 0:
            costs = [f"{limit} {getattr(genome, limit):,} (limit {most:,})" for limit, most in self._limits(names)]
            raise OverBudget(f"{words} {', '.join(costs)}", excess=excess)

    def sketch(self, trial: Suggests) -> str:
        """The start and its width, in words."""
        solved = isinstance(self.network.width, SolveFactor)
        return self.network.start if solved else f"{self.network.start}, width x{self.factor(trial):g}"
