"""Searches: started, resumed, and driven by a runner until they are over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nas import data, runner
from nas.errors import RunError
from nas.prepare import Prepared, placed, prepare, some_genome
from nas.runner import Plan
from nas.runner import machine as machines
from nas.runner import plan as planning
from nas.space import SearchSpace

if TYPE_CHECKING:
    from nas.data import Dataset
    from nas.evaluate.zero_cost import Scorer
    from nas.study import Run, Trial
    from nas.study.earlier import Source

Say = Callable[[str], None]


def search(
    space: str | Path,
    *,
    runner: str = "laptop",
    out: str | Path | None = None,
    trials: int | None = None,
    seed: int | None = None,
    strategy: str | None = None,
    learn_from: str | Path | Sequence[str | Path] = (),
    overrides: Sequence[str] = (),
    watch: Callable[[Trial], None] | None = None,
    say: Say | None = None,
) -> Run:
    """Search a space and give back its run.

    space: a shipped name (`nas space list`) or a file. runner: a shipped profile or a file. out: a new folder; left out,
    `results/NAME`. trials, seed, strategy, learn_from (the folder of another run, or several): in place of what the space
    says. overrides: such as "network.depth=3". watch: called with a trial whenever something about it changed. say: called
    with each line of the plan. Raises `InputError` before anything is started where the input is wrong.
    """
    prepared = prepare(
        space,
        runner_name=runner,
        out=out,
        trials=trials,
        seed=seed,
        strategy=strategy,
        learn_from=learn_from,
        overrides=overrides,
    )
    return start(prepared, out=out, watch=watch, say=say)


def start(
    prepared: Prepared,
    *,
    out: str | Path | None = None,
    watch: Callable[[Trial], None] | None = None,
    say: Say | None = None,
) -> Run:
    """Run a search that was prepared, and give back its run."""
    from nas.study import Run

    dataset = _images(prepared.space)
    found = with_precision(prepared.space, dataset, prepared.plan)
    plan = prepared.noted(_replan(found, prepared.runner, dataset))
    run = Run.create(Path(out) if out is not None else free_folder(found.name), found)
    if prepared.learned:
        from nas.study import earlier

        earlier.keep(prepared.learned, run.folder)
    _drive(run, plan, dataset, _kept(run), trials=None, watch=watch, say=say)
    return run


def resume(
    folder: str | Path,
    *,
    runner: str = "laptop",
    trials: int | None = None,
    watch: Callable[[Trial], None] | None = None,
    say: Say | None = None,
) -> Run:
    """Go on with a run that was broken off, or extend a finished one to so many `trials`."""
    from nas.study import Run

    run = Run.open(folder)
    done = run.store.about()["trials"]
    if trials is not None and trials < done:
        raise RunError(f"{folder} was planned with {done} trials; a run can be extended, not cut to {trials}")
    dataset = _images(run.space)
    plan = _replan(run.space, runner, dataset, trials=trials or done)
    learned = _kept(run)
    plan = replace(plan, lines=(*plan.lines, *(line for source in learned for line in source.lines)))
    _drive(run, plan, dataset, learned, trials=trials, watch=watch, say=say)
    return run


def _kept(run: Run) -> Sequence[Source]:
    """What a run learned from when it was started."""
    if not run.space.file.strategy.learn_from:
        return ()
    from nas.study import earlier

    return earlier.kept(run)


def _images(space: SearchSpace) -> Dataset | None:
    """The data set of a search; None where results come from a table."""
    if space.file.reads_results:
        return None
    with placed(space):
        return data.load(space.file.data, cache=data.default_cache())


def _replan(space: SearchSpace, name: str, dataset: Dataset | None, *, trials: int | None = None) -> Plan:
    return planning.make(
        runner.load(name),
        space,
        data.describe(space.file.data) if dataset is None else dataset.info,
        images=None if dataset is None else len(dataset.train),
        machine=machines.here(),
        trials=trials or space.file.strategy.trials,
    )


def with_precision(space: SearchSpace, dataset: Dataset | None, plan: Plan) -> SearchSpace:
    """Decide once, for all trials, where the file leaves the precision open."""
    train = space.file.train
    if dataset is None or train.precision != "auto" or space.file.evaluator != "train":
        return space
    if plan.address != "local":
        return space  # the cluster's devices are not this machine's: each worker decides for its own
    from nas.evaluate.precision import choose

    chosen = choose(train, some_genome(space), dataset, plan.device)
    file = space.file.model_copy(update={"train": train.model_copy(update={"precision": chosen})})
    return replace(space, file=file)


def _scores(space: SearchSpace, dataset: Dataset | None) -> Scorer | None:
    """Zero-cost scores of a proposal, where the strategy, its prefilter or the person asks for some."""
    names = space.file.strategy.asked_scores
    if not names:
        return None
    from nas.evaluate.zero_cost import scorer

    return scorer(space, dataset, names)


def _drive(
    run: Run,
    plan: Plan,
    dataset: Dataset | None,
    learned: Sequence[Source],
    *,
    trials: int | None,
    watch: Callable[[Trial], None] | None,
    say: Say | None,
) -> None:
    for line in [*plan.lines, f"results    {run.folder}", *(f"warning: {text}" for text in plan.warnings)]:
        (say or (lambda text: None))(line)
    with run.lock():
        known = [replace(one, run=f"run {place}") for place, source in enumerate(learned, start=1) for one in source.results]
        search = run.search(trials=trials, watch=watch, scores=_scores(run.space, dataset), earlier=known)
        if search.over:
            return
        if plan.engine == "local":
            from nas.runner.local import run as drive
        else:
            from nas.runner.ray import run as drive
        drive(search, run, plan)


def free_folder(name: str, root: Path = Path("results")) -> Path:
    """results/NAME, or results/NAME-2 and so on where that is taken."""
    taken = {path.name for path in root.glob(f"{name}*")} if root.is_dir() else set()
    number = 2
    folder = name
    while folder in taken:
        folder, number = f"{name}-{number}", number + 1
    return root / folder
