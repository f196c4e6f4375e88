"""Comparisons at an equal budget: planned, and run as any search is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nas import data, shipped
from nas.api.searching import Say, start
from nas.comparison.plan import Planned, plan
from nas.errors import InputError
from nas.prepare import Prepared, placed, prepare
from nas.space import SearchSpace, load
from nas.space.comparison import ComparisonSpace

if TYPE_CHECKING:
    from nas.study import Run, Trial

STUDIES = "search_spaces/studies"


@dataclass(frozen=True)
class PreparedComparison:
    """A comparison that could start now."""

    planned: Planned
    search: Prepared


def compare(
    study: str | Path,
    *,
    runner: str = "laptop",
    out: str | Path | None = None,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    allow_code: bool = False,
    watch: Callable[[Trial], None] | None = None,
    say: Say | None = None,
) -> Run:
    """Train every network of a comparison with every seed, and give back the run.

    `nas.comparison.answer.answer(run)` is its answer, and `nas.comparison.verdict.sentences` says that in words.

    study: a shipped name (`nas study` lists them) or a file of `kind: comparison`. The rest as in `nas.search`. Raises
    `InputError` before anything is started where the file is wrong, or networks come not near enough to their budget.
    """
    prepared = prepare_comparison(study, runner_name=runner, out=out, seed=seed, overrides=overrides, allow_code=allow_code)
    return start(prepared.search, out=out, watch=watch, say=say)


def prepare_comparison(
    study: str | Path,
    *,
    runner_name: str = "laptop",
    out: str | Path | None = None,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    allow_code: bool = False,
) -> PreparedComparison:
    """Read a comparison and solve for its networks. Nothing is started or written."""
    path = shipped.find(STUDIES, str(study))
    planned = plan(_bound(load(path, overrides=overrides, allow_code=allow_code), path))
    # No proposal waits for a result, so that all trainings may run at once.
    whole = [f"strategy.trials={planned.trainings}", f"strategy.window={planned.trainings}"]
    search = prepare(path, runner_name=runner_name, out=out, seed=seed, overrides=[*overrides, *whole], allow_code=allow_code)
    warned = replace(search.plan, warnings=(*search.plan.warnings, *planned.warnings))
    return PreparedComparison(planned, replace(search, plan=warned, cautions=(*search.cautions, *planned.warnings)))


def _bound(space: SearchSpace, path: Path) -> SearchSpace:
    """The comparison for its images."""
    if not isinstance(space.kind, ComparisonSpace):
        raise InputError(f"{path} is a search space: nas search {path}; a study says kind: comparison")
    with placed(space):
        info = data.describe(space.file.data)
    return space.bound(input_shape=info.shape, classes=len(info.classes))
