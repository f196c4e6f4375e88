"""Searches: started, resumed, and driven by a runner until they are over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nas import data, runner
from nas.errors import RunError
from nas.prepare import Prepared, check_evaluator, keeping, placed, prepare, some_genome
from nas.runner import Plan
from nas.runner import machine as machines
from nas.runner import plan as planning
from nas.runner import profile as profiles
from nas.safe_paths import folder_name
from nas.space import SearchSpace
from nas.storage import check_usable, storage_of_run

if TYPE_CHECKING:
    from nas.data import Dataset
    from nas.evaluate.zero_cost import Scorer
    from nas.study import Run, Trial
    from nas.study.folder.keep import Keep
    from nas.study.other_runs.earlier import Source

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
    reuse: str | Path | Sequence[str | Path] = (),
    overrides: Sequence[str] = (),
    allow_code: bool = False,
    watch: Callable[[Trial], None] | None = None,
    say: Say | None = None,
) -> Run:
    """Search a space and give back its run.

    space: a shipped name (`nas space list`) or a file. runner: a shipped profile or a file. out: a new folder; left out,
    `results/NAME`. trials, seed, strategy, learn_from, reuse (the folder of another run, or several): in place of what the space
    says. overrides: such as "network.depth=3". allow_code: run the code that the file names; what overrides name, or is
    registered already, needs no permission. watch: called with a trial whenever something about it changed. say: called
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
        reuse=reuse,
        overrides=overrides,
        allow_code=allow_code,
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
    from nas.study.other_runs import reuse

    dataset = _images(prepared.space)
    found = with_precision(prepared.space, dataset, prepared.plan)
    plan = prepared.noted(_replan(found, prepared.runner, dataset))
    folder = Path(out) if out is not None else free_folder(found.name)
    profile = runner.load(prepared.runner)
    reused = reuse.sources(found, _fingerprint(dataset))
    storage = None
    if profile.storage is not None:
        storage = storage_of_run(profile.storage, folder.name)
        check_usable(storage)
    run = Run.create(folder, found, study=profile.study, storage=storage, data=_fingerprint(dataset))
    if prepared.learned:
        from nas.study.other_runs import earlier

        earlier.COPY.keep(prepared.learned, run.folder)
    if reused:
        reuse.COPY.keep(reused, run.folder)
    _drive(run, plan, dataset, _kept(run), trials=None, keep=keeping(profile, found), watch=watch, say=say)
    return run


def resume(
    folder: str | Path,
    *,
    runner: str = "laptop",
    trials: int | None = None,
    allow_code: bool = False,
    despite_changes: bool = False,
    watch: Callable[[Trial], None] | None = None,
    say: Say | None = None,
) -> Run:
    """Go on with a run that was broken off, or extend a finished one to so many `trials`.

    allow_code: run the code that its search names, which is asked for each time: the folder may be a stranger's.
    despite_changes: go on although the search, its images or the versions are not what they were; the study notes it.
    """
    from nas.study import Run, changes

    run = Run.open(folder, allow_code=allow_code)
    if run.space.file.evaluator != "train":
        check_evaluator(run.space)
    done = run.store.about()["trials"]
    if trials is not None and trials < done:
        raise RunError(f"{folder} was planned with {done} trials; a run can be extended, not cut to {trials}")
    if trials not in (None, done) and run.space.file.kind == "comparison":
        raise RunError(f"{folder} is a comparison, whose trainings are {done}; there are no others to extend it by")
    dataset = _images(run.space)
    changed = changes.changes(run, _fingerprint(dataset))
    changes.refuse(run, changed, accepted=despite_changes)
    plan = _replan(run.space, runner, dataset, trials=trials or done)
    learned = _kept(run)
    plan = replace(plan, lines=(*plan.lines, *(line for source in learned for line in source.lines)))
    keep = keeping(profiles.load(runner), run.space)
    _drive(run, plan, dataset, learned, trials=trials, changed=changed, keep=keep, watch=watch, say=say)
    return run


def _fingerprint(dataset: Dataset | None) -> str | None:
    return None if dataset is None else dataset.fingerprint


def _kept(run: Run) -> Sequence[Source]:
    """What a run learned from when it was started."""
    if not run.space.file.strategy.learn_from:
        return ()
    from nas.study.other_runs import earlier

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
    changed: Sequence[str] = (),
    keep: Keep | None,
    watch: Callable[[Trial], None] | None,
    say: Say | None,
) -> None:
    from nas.study.folder.opening import restored
    from nas.study.other_runs import reuse

    reused = reuse.kept(run)
    results = [line for source in reused for line in source.lines]
    results += [f"results    {run.folder}", *(f"study      {url}" for url in [run.store.url] if url)]
    results += [f"storage    {where}" for where in [run.store.about()["storage"]] if where]
    for line in [*plan.lines, *results, *(f"warning: {text}" for text in plan.warnings)]:
        (say or (lambda text: None))(line)
    with run.lock():
        if restored(run.folder, run.store.about()):
            (say or (lambda text: None))("warning: search.yaml was missing; it was written anew as the study has it")
        if changed:
            from nas.study import changes

            changes.note(run, changed, _fingerprint(dataset))
        known = [replace(one, run=f"run {place}") for place, source in enumerate(learned, start=1) for one in source.results]
        search = run.search(
            trials=trials,
            watch=watch,
            scores=_scores(run.space, dataset),
            earlier=known,
            keep=keep,
            reusable=reuse.reusable(reused),
        )
        if not search.over:
            from nas.runner.drive import drive

            drive(search, run, plan, say=say or (lambda text: None))
        run.settle(search.planned)


def free_folder(name: str, root: Path = Path("results")) -> Path:
    """results/NAME, or results/NAME-2 and so on where that is taken; of a name only what a folder can safely have."""
    name = folder_name(name)
    taken = {path.name for path in root.glob(f"{name}*")} if root.is_dir() else set()
    number = 2
    folder = name
    while folder in taken:
        folder, number = f"{name}-{number}", number + 1
    return root / folder
