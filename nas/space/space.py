"""A search space: what a search draws its genomes from, and the file that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from nas import shipped
from nas.complaint import InnerError, Loc
from nas.document import Document, read
from nas.errors import OverBudget, SpaceError
from nas.genome import Genome, Shape
from nas.space.choice import Suggests
from nas.space.file import SearchFile, parsed
from nas.space.kind import Drawn, Kind
from nas.space.latency_table import LatencyTable
from nas.space.latency_table import load as load_table
from nas.space.settings import PREDICTED, LatencySettings


@dataclass(frozen=True)
class SearchSpace:
    """What may vary, for one shape of input.

    `genome(trial)` draws from anything that has Optuna's `suggest_*` methods.
    """

    file: SearchFile
    document: Document = field(repr=False)
    kind: Kind
    source: str = field(default="", repr=False)  # the file as it was written

    @property
    def name(self) -> str:
        return self.file.name

    def draw(self, trial: Suggests) -> Drawn:
        """A genome and its choices; `OverBudget` where what was drawn costs too much."""
        drawn = self.kind.draw(trial)
        limit = self.file.budget.latency_ms
        if limit is not None and self.latency_table is not None:
            self.latency_table.check(drawn.genome, limit)
        return drawn

    @cached_property
    def latency_table(self) -> LatencyTable | None:
        """What predicts latencies, where the file names a table."""
        table = self.file.latency.table
        return None if table is None else load_table(table)

    def predicted(self, genome: Genome) -> dict[str, float]:
        """The metrics that are known of a network before training: its latency, where there is a table."""
        return {} if self.latency_table is None else {PREDICTED: self.latency_table.predicted_ms(genome)}

    def without_latency(self) -> SearchSpace:
        """The space with no limit of latency, and no table."""
        budget = self.file.budget.model_copy(update={"latency_ms": None})
        return replace(self, file=self.file.model_copy(update={"budget": budget, "latency": LatencySettings()}))

    def genome(self, trial: Suggests) -> Genome:
        """A genome within the budget; `OverBudget` where what was drawn costs too much."""
        return self.draw(trial).genome

    def bound(self, *, input_shape: Shape, classes: int) -> SearchSpace:
        """The space for these images: (channels, height, width) of one, and the number of classes.

        Raises an error at the file's position where it has no networks for them.
        """
        try:
            return replace(self, kind=self.kind.bound(input_shape=input_shape, classes=classes))
        except InnerError as error:
            raise self.document.error(error.loc, str(error)) from None


def load(name_or_path: str | Path, *, overrides: Sequence[str] = (), allow_code: bool = False) -> SearchSpace:
    """The search space of a shipped name or of a file, with overrides such as "network.depth=3".

    It is for images of 3x32x32 and 10 classes until `bound` says otherwise. allow_code: run the code that the file names
    (`imports`, module:function); what an override names needs no permission. Raises `DocumentError` with file, line and
    column where the file is not a search space.
    """
    path = shipped.find("search_spaces", str(name_or_path))
    document = read(path, overrides=overrides)
    file = parsed(document, allow_code=allow_code)
    source = path.read_text(encoding="utf-8-sig")
    return of_file(file, document, lambda loc: Path.cwd() if document.overridden(loc) else path.parent, source=source)


def of_file(file: SearchFile, document: Document, folder_of: Callable[[Loc], Path], *, source: str = "") -> SearchSpace:
    """The search space of a file that was read; `source` is its text as it was written.

    folder_of: from which folder a path at a place of the file goes.
    """
    try:
        file = file.placed(folder_of)
        return SearchSpace(file, document, file.space(input_shape=(3, 32, 32), classes=10), source)
    except InnerError as error:
        raise document.error(error.loc, str(error)) from None


def nothing_fits(space: SearchSpace, cheapest: str, error: OverBudget) -> SpaceError:
    """The error for a budget that no genome of the space meets; `cheapest`: the cheapest draw, in words."""
    return SpaceError(
        f"{space.document.where(('budget',))}: budget: no genome of '{space.name}' meets it; "
        f"the cheapest found ({cheapest}): {error}"
    )
