"""A search space: what a search draws its genomes from, and the file that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nas import shipped
from nas.document import Document, parse, read
from nas.errors import OverBudget, SpaceError
from nas.genome import Genome, Shape
from nas.space.choice import Choice, Solve, Suggests, options_of
from nas.space.file import SearchFile
from nas.space.network import PER_STAGE
from nas.space.staged import StagedSpace, Values, described

CACHED = 100_000


@dataclass(frozen=True)
class Drawn:
    """One draw: the choices that made it, as a person reads them, and the genome."""

    choices: Values
    genome: Genome


@dataclass(frozen=True)
class SearchSpace:
    """What may vary, for one shape of input.

    `genome(trial)` draws from anything that has Optuna's `suggest_*` methods.
    """

    file: SearchFile
    document: Document = field(repr=False)
    staged: StagedSpace
    source: str = field(default="", repr=False)  # the file as it was written
    _solved: dict[Any, list[int]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.file.name

    def draw(self, trial: Suggests) -> Drawn:
        """A genome and its choices; `OverBudget` where the drawn structure costs too much at any width."""
        values = self.staged.structure(trial)
        return self.drawn(values, self._widths(trial, values))

    def drawn(self, values: Values, widths: list[int]) -> Drawn:
        """What a structure is at these widths; `OverBudget` where it is deeper than the budget allows."""
        genome = self.staged.compose(values, widths).genome()
        limit = self.file.budget.depth
        if limit is not None and genome.depth > limit:
            raise OverBudget(f"it is {genome.depth} weighted layers deep (limit {limit})", excess=genome.depth / limit - 1)
        width = {"width": widths[0]} if len(widths) == 1 else {f"stage{i}.width": w for i, w in enumerate(widths, start=1)}
        return Drawn({name: value for name, value in values.items() if self._varies(name)} | width, genome)

    def genome(self, trial: Suggests) -> Genome:
        """A genome within the budget; `OverBudget` where the drawn structure costs too much at any width."""
        return self.draw(trial).genome

    def _widths(self, trial: Suggests, values: Values) -> list[int]:
        if not isinstance(self.file.network.width, Solve):
            return self.staged.widths(trial, values)
        key = tuple(values.items())
        if key not in self._solved:
            if len(self._solved) >= CACHED:
                self._solved.clear()
            self._solved[key] = self.staged.widths(trial, values)
        return self._solved[key]

    def _varies(self, name: str) -> bool:
        position = self.file.network.position(name if name == "stem.width" else name.rpartition(".")[2])
        return isinstance(position, Choice | tuple)

    def bound(self, *, input_shape: Shape, classes: int) -> SearchSpace:
        """The space for these images: (channels, height, width) of one, and the number of classes.

        Raises an error at the file's position where the stages would shrink the image below one pixel.
        """
        space = replace(self, staged=replace(self.staged, input_shape=input_shape, classes=classes), _solved={})
        stem = self.file.network.stem
        side = -(-min(input_shape[1:]) // (stem.stride * (2 if stem.pool else 1)))
        # A convolution halves 7 to 4, the pooling between dense stages to 3; a stage that halves begins with two pixels.
        rounds_down = "dense" in options_of(self.file.network.connect)
        room = side.bit_length() if rounds_down else 1 + (side - 1).bit_length()
        most = max(options_of(self.file.network.stages))
        if most > room:
            raise self.document.error(
                ("network", "stages"),
                f"{most} stages halve a {input_shape[1]}x{input_shape[2]} image below one pixel; at most {room} fit",
            )
        return space


def load(name_or_path: str | Path, *, overrides: Sequence[str] = ()) -> SearchSpace:
    """The search space of a shipped name or of a file, with overrides such as "network.depth=3".

    It is for images of 3x32x32 and 10 classes until `bound` says otherwise. Raises `DocumentError` with file, line and
    column where the file is not a search space.
    """
    path = shipped.find("search_spaces", str(name_or_path))
    document = read(path, overrides=overrides)
    file = parse(SearchFile, document)
    where = Path.cwd() if document.overridden(("data", "path")) else path.parent
    if file.data.path is not None:
        file = file.model_copy(update={"data": file.data.model_copy(update={"path": str((where / file.data.path).resolve())})})
    return of_file(file, document, source=path.read_text())


def of_file(file: SearchFile, document: Document, *, source: str = "") -> SearchSpace:
    """The search space of a file that was read; `source` is its text as it was written."""
    most = max(options_of(file.network.stages))
    for name in PER_STAGE:
        position = file.network.position(name)
        if isinstance(position, tuple) and len(position) != most:
            raise document.error(("network", name), f"one value for each stage, so {most} of them, got {len(position)}")
    return SearchSpace(file, document, StagedSpace(file.network, file.budget, (3, 32, 32), 10), source)


def nothing_fits(space: SearchSpace, cheapest: Values, error: OverBudget) -> SpaceError:
    """The error for a budget that no genome of the space meets."""
    return SpaceError(
        f"{space.document.where(('budget',))}: budget: no genome of '{space.name}' meets it; "
        f"the cheapest found ({described(cheapest)}): {error}"
    )
