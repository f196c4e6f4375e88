"""What is checked before a search: the file, the names in it, the data, the budget, the machine. Nothing is started."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nas import data, database_url, runner
from nas.errors import DataError, InputError, OverBudget, UnknownNameError, nearest
from nas.genome import Genome
from nas.runner import Plan
from nas.runner import machine as machines
from nas.runner import plan as planning
from nas.runner.profile import KeepSettings, Profile
from nas.space import SearchSpace
from nas.space import load as load_space
from nas.space.drawing import RandomTrial
from nas.space.settings import COSTS, LATENCY, PREDICTED
from nas.space.space import nothing_fits
from nas.storage import check_url

if TYPE_CHECKING:
    from nas.study.folder.keep import Keep
    from nas.study.other_runs.earlier import Source

TRIES = 300  # random draws, of which one at least must meet the budget before a search is started
METRICS = ("error", "accuracy", "loss", "train_loss", "seconds", LATENCY, PREDICTED, *COSTS)  # of `train`
STRATEGIES = ("random", "tpe", "nsga2", "gp", "evolution", "local", "surrogate", "grid")  # known without loading optuna
RUNGS = ("error", "loss", "train_loss")  # those of which less is better; others are compared as the objectives say


@dataclass(frozen=True)
class Prepared:
    """A search that could start now."""

    space: SearchSpace
    plan: Plan
    runner: str
    learned: tuple[Source, ...] = ()  # what it learns from
    notes: tuple[str, ...] = ()  # lines and warnings of the plan that do not depend on where it runs
    cautions: tuple[str, ...] = ()

    def noted(self, plan: Plan) -> Plan:
        """A plan for this search with what it should say beside."""
        return replace(plan, lines=(*plan.lines, *self.notes), warnings=(*plan.warnings, *self.cautions))


def prepare(
    space: str | Path,
    *,
    runner_name: str = "laptop",
    out: str | Path | None = None,
    trials: int | None = None,
    seed: int | None = None,
    strategy: str | None = None,
    learn_from: str | Path | Sequence[str | Path] = (),
    reuse: str | Path | Sequence[str | Path] = (),
    overrides: Sequence[str] = (),
    allow_code: bool = False,
) -> Prepared:
    """Read a search space and a runner's profile, and see whether the search can be run. Nothing is started or written.

    Raises `InputError` with the place and what would do: a wrong key or name, a budget that nothing meets, stages that
    shrink the image below one pixel, a missing file, a folder `out` that is taken, a run that cannot be learned from, a
    trial that asks for more than the machine has.
    """
    shorthand = shorthands(trials=trials, seed=seed, strategy=strategy, learn_from=learn_from, reuse=reuse)
    found = load_space(space, overrides=[*overrides, *shorthand], allow_code=allow_code)
    if out is not None:
        from nas.study.folder.home import check_free

        check_free(Path(out))
    if found.file.kind == "comparison" and "trials" not in found.file.strategy.model_fields_set:
        raise found.document.error(("kind",), f"a comparison is run by: nas study {space}")
    _check_names(found)
    with placed(found):
        info = data.describe(found.file.data)
        count = None if found.file.reads_results else data.known_size(found.file.data)
    found = found.bound(input_shape=info.shape, classes=len(info.classes))
    some_genome(found)
    notes, cautions = (), ()
    if found.file.reads_results:
        from nas.evaluate.coverage import covered

        coverage = covered(found)
        found, notes, cautions = coverage.space, coverage.lines, coverage.warnings
    learned = _learned(found)
    notes += tuple(line for source in learned for line in source.lines)
    profile = runner.load(runner_name)
    if profile.study != "journal":
        from nas.study.ledger.database import reach

        reach(database_url.parse(profile.study))
    if profile.engine == "ray" and profile.address != "local":
        from nas.runner.ray.cluster import found as find_cluster

        find_cluster(profile.address)
    if profile.storage is not None:
        check_url(profile.storage)
    keeping(profile, found)
    plan = planning.make(profile, found, info, images=count, machine=machines.here(), trials=found.file.strategy.trials)
    prepared = Prepared(found, plan, runner_name, learned, notes, cautions)
    plan = prepared.noted(plan)
    return replace(prepared, plan=replace(plan, lines=(*plan.lines, *_reused(found))))


def keeping(profile: Profile, space: SearchSpace) -> Keep | None:
    """Which weights a runner keeps, where it does not keep all; `InputError` where the search needs the others."""
    if profile.keep == KeepSettings():
        return None
    from nas.study.folder.keep import Keep

    keep = Keep(profile.keep.best, profile.keep.gigabytes)
    keep.check(space.file)
    return keep


def shorthands(
    *,
    trials: int | None,
    seed: int | None,
    strategy: str | None,
    learn_from: str | Path | Sequence[str | Path],
    reuse: str | Path | Sequence[str | Path] = (),
) -> list[str]:
    """What `--trials`, `--seed`, `--strategy`, `--learn-from`, `--reuse` are short for; what is left out changes nothing."""
    values: dict[str, object] = {"trials": trials, "seed": seed, "name": strategy}
    for name, given in (("learn_from", learn_from), ("reuse", reuse)):
        values[name] = [str(run) for run in ([given] if isinstance(given, str | Path) else given)] or None
    return [f"strategy.{name}={json.dumps(value)}" for name, value in values.items() if value is not None]


def _learned(space: SearchSpace) -> tuple[Source, ...]:
    """What the search learns from other runs, if its strategy does that."""
    settings = space.file.strategy
    if not settings.learn_from:
        return ()
    from nas.strategy import strategies
    from nas.strategy.learner import learns
    from nas.study.other_runs.earlier import sources

    if not learns(strategies.get(settings.name)):
        able = [name for name in strategies.names() if learns(strategies.get(name))]
        text = f"'{settings.name}' learns from no other run; {', '.join(able) or 'no strategy'} does"
        raise space.document.error(("strategy", "learn_from"), text)
    return tuple(sources(space))


def _reused(space: SearchSpace) -> tuple[str, ...]:
    """What results of other runs may take the place of trainings, as far as it is known before the images are read."""
    if not space.file.strategy.reuse:
        return ()
    from nas.study.other_runs import reuse

    reuse.check(space)
    return tuple(line for source in reuse.sources(space, None) for line in source.lines)


def _check_names(space: SearchSpace) -> None:
    file, document = space.file, space.document
    try:
        space.latency_table  # noqa: B018  (it is read here, and an error says where it is named)
    except InputError as error:
        raise document.error(("latency", "table"), str(error)) from None
    if file.strategy.name not in STRATEGIES or file.strategy.options:
        _check_strategy(space)
    if file.strategy.asked_scores:
        _check_asked_scores(space)
    if file.evaluator != "train":
        check_evaluator(space)
        if file.evaluator == "zero-cost":
            _check_scores(space)
        return
    for place, objective in enumerate(file.objectives):
        if objective.metric not in METRICS:
            raise document.error(
                ("objectives", place), f"'{objective.metric}' is not a metric{nearest(objective.metric, METRICS)}"
            )
    compared = dict.fromkeys((*RUNGS, *(objective.metric for objective in file.objectives)))
    if file.stop.metric is not None and file.stop.metric not in compared:
        raise document.error(
            ("stop", "metric"), f"'{file.stop.metric}' is not what rungs compare{nearest(file.stop.metric, compared)}"
        )


def _check_strategy(space: SearchSpace) -> None:
    """See that the strategy is there and takes its options."""
    from nas.strategy import View, configured, strategies

    settings = space.file.strategy
    try:
        strategies.get(settings.name)
    except InputError as error:
        raise space.document.error(("strategy", "name"), str(error)) from None
    try:
        configured(settings.name, settings.options)(0, View(space.draw))
    except InputError as error:
        raise space.document.error(("strategy", "options"), str(error)) from None


def _check_asked_scores(space: SearchSpace) -> None:
    """See that the scores of proposals are known, and that there are images to compute them on."""
    from nas.evaluate.zero_cost import BASELINES, known

    strategy = space.file.strategy
    asked: list[tuple[tuple[str | int, ...], str]] = [(("strategy", "scores", n), name) for n, name in enumerate(strategy.scores)]
    if strategy.prefilter is not None:
        asked.append((("strategy", "prefilter", "by"), strategy.prefilter.by))
    for place, name in asked:
        if name not in known():
            raise space.document.error(place, f"'{name}' is not a score{nearest(name, known())}")
        if space.file.reads_results and name not in BASELINES:
            text = f"'{name}' needs images, which a table has not; {' and '.join(BASELINES)} need none"
            raise space.document.error(place, text)


def _check_scores(space: SearchSpace) -> None:
    """See that the objectives are scores, of which more is better, or costs."""
    from nas.evaluate.zero_cost import known, scores

    names = {*known(), LATENCY, PREDICTED, *COSTS}
    for place, objective in enumerate(space.file.objectives):
        metric = objective.metric
        if metric not in names:
            raise space.document.error(("objectives", place), f"'{metric}' is not a score{nearest(metric, names)}")
        if metric in scores and objective.direction == "minimize":
            better = f"more of it is better; write {{metric: {metric}, direction: maximize}}"
            raise space.document.error(("objectives", place), f"'{metric}' would be minimized, and {better}")


def check_evaluator(space: SearchSpace) -> None:
    """See that a person's own evaluator is there; its metrics are known when it has run."""
    from nas.evaluate.evaluators import find

    name = space.file.evaluator
    try:
        find(name)
    except InputError as error:
        raise space.document.error(("evaluator",), str(error)) from None
    except Exception as error:  # whatever the module raises while it is imported
        raise space.document.error(("evaluator",), f"'{name}' cannot be imported: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def placed(space: SearchSpace) -> Iterator[None]:
    """Errors about the data with the place in the file that names them."""
    try:
        yield
    except (DataError, UnknownNameError) as error:
        path, _, text = str(error).partition(": ")
        section, _, key = path.partition(".")
        in_file = section == "data" and key in type(space.file.data).model_fields
        message = str(space.document.error(("data", key), text)) if in_file else f"{space.document.where(('data',))}: {error}"
        raise type(error)(message) from error


def some_genome(space: SearchSpace) -> Genome:
    """A genome that meets the budget; `SpaceError` with the cheapest that was found where no draw does."""
    cheapest: tuple[OverBudget, str] | None = None
    for seed in range(TRIES):
        try:
            return space.genome(RandomTrial(seed))
        except OverBudget as error:
            if cheapest is None or error.excess < cheapest[0].excess:
                cheapest = error, space.kind.sketch(RandomTrial(seed))
    assert cheapest is not None
    raise nothing_fits(space, cheapest[1], cheapest[0])
