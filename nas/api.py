"""What the command does, as functions: search, resume, train, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nas import data, runner
from nas.errors import InputError, NasError, RunError
from nas.genome import Genome
from nas.prepare import placed, prepare, some_genome
from nas.runner import Plan
from nas.runner import machine as machines
from nas.runner import plan as planning
from nas.space import SearchSpace
from nas.space import load as load_space

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
    from nas.study import Run

    dataset = _images(prepared.space)
    found = _with_precision(prepared.space, dataset, prepared.plan)
    plan = prepared.noted(_replan(found, runner, dataset))
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


def _with_precision(space: SearchSpace, dataset: Dataset | None, plan: Plan) -> SearchSpace:
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
    settings = space.file.strategy
    names = [*settings.scores, *([settings.prefilter.by] if settings.prefilter else [])]
    if not names:
        return None
    from nas.evaluate.zero_cost import scorer

    return scorer(space, dataset, tuple(dict.fromkeys(names)))


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


def train(
    run: Run,
    trial: Trial,
    *,
    seed: int | None = None,
    again: bool = False,
    watch: Callable[[int, dict[str, float]], None] | None = None,
    say: Say | None = None,
) -> dict[str, float]:
    """Train the network of a trial with the full recipe on train and validation images; measure it once on the test part.

    Gives the metrics, which the study keeps; a second final training of a trial must be asked for with `again`, because a
    test part that is looked at often is none. Raises `RunError` for that, `NasError` where the training failed.
    """
    from nas.evaluate import train_final

    run.genome(trial)  # an error where there is none
    before = run.store.finals().get(str(trial.number))
    if before is not None and not again:
        raise RunError(
            f"trial {trial.number} had its final training: test error {100 * before['metrics']['test_error']:.2f} %; "
            f"the test part is for one look, so another one must be asked for (--again)"
        )
    device = "cuda:0" if machines.here().gpus else "cpu"
    job = run.job(trial, device=device, time_limit_seconds=None)
    folder = Path(job.checkpoints) / "final"
    if before is not None:
        _forget(folder)
    epochs = final_epochs(run)
    job = replace(job, checkpoints=str(folder), seed=job.seed if seed is None else seed, epochs=epochs)

    def report(epoch: int, metrics: dict[str, float]) -> bool:
        if watch is not None:
            watch(epoch, metrics)
        return True

    if say is not None:
        say(
            f"final training of trial {trial.number}: {trial.params:,} params, {job.epochs} epochs on train and validation images"
        )
    outcome = train_final(job, report=report)
    if outcome.status != "finished":
        raise NasError(f"the final training of trial {trial.number} failed: {outcome.reason}")
    run.store.note(f"final:{trial.number}", {"metrics": outcome.metrics, "seed": job.seed, "seconds": outcome.seconds})
    return outcome.metrics


def adopt(
    genome: Genome, *, space: str | Path, out: str | Path, overrides: Sequence[str] = (), fitted: bool = False
) -> tuple[Run, Trial]:
    """A run that holds one network, which was brought and not searched: to be trained, shown and exported like others.

    `space` gives the data and the recipe; what it says may vary does not matter. `fitted`: a network for other images is
    changed to take these (`nas.edit.fit`). Raises `InputError` where the network is not one for these images.
    """
    from nas.edit import fit
    from nas.study import Run

    found = load_space(space, overrides=overrides)
    with placed(found):
        dataset = data.load(found.file.data, cache=data.default_cache())
    info = dataset.info
    if fitted:
        genome = fit(genome, input_shape=info.shape, classes=len(info.classes))
    answer = genome.shapes[genome.outputs[0]]
    if (genome.input_shape, answer) != (info.shape, (len(info.classes),)):
        answered = f"{answer[0]} classes" if len(answer) == 1 else f"a map {answer}"
        raise InputError(
            f"the genome takes {genome.input_shape} and answers {answered}; "
            f"the images of {info.name} are {info.shape} and of {len(info.classes)} classes"
        )
    profile = runner.load("local")
    plan = planning.make(profile, found, info, images=None, machine=machines.here(), trials=1)
    found = _with_precision(found.bound(input_shape=info.shape, classes=len(info.classes)), dataset, plan)
    run = Run.create(Path(out), found)
    run.store.note("trials", 0)  # nothing is searched, unless it is extended
    return run, run.search().bring(genome)


def final_epochs(run: Run) -> int:
    """How long a final training takes."""
    recipe = run.space.file.train
    return recipe.final_epochs or recipe.epochs


def _forget(folder: Path) -> None:
    for path in folder.glob("*"):
        if path.is_file():
            path.unlink()


def export(
    run: Run, trial: Trial, *, to: Sequence[str] = ("genome", "safetensors", "onnx"), out: str | Path | None = None
) -> Path:
    """Write the trained network of a trial in several formats, each loaded again and compared; gives the folder.

    Raises `ExportError` where a file does not compute what the network computes; then nothing is left behind.
    """
    import torch

    from nas.data.batches import Batches
    from nas.exports import ExportedData, export_model

    dataset = data.load(run.space.file.data, cache=data.default_cache())
    info = dataset.info
    folder = Path(out) if out is not None else run.folder / "exports" / str(trial.number)
    final = run.store.finals().get(str(trial.number), {})
    batches = Batches(dataset, "validation", batch=64, device=torch.device("cpu"), seed=0, augment=None, channels_last=False)
    samples, _ = next(iter(batches.epoch(1)))
    export_model(
        run.model(trial),
        run.genome(trial),
        folder,
        formats=tuple(to),
        data=ExportedData(info.name, info.shape, tuple(dataset.mean.tolist()), tuple(dataset.std.tolist()), info.classes),
        metrics={**trial.metrics, **final.get("metrics", {})},
        provenance={
            "space": run.space.name,
            "trial": trial.number,
            "choices": trial.choices,
            "seed": trial.seed,
            "weights": "final" if final else "search",
        },
        samples=samples,
    )
    return folder
