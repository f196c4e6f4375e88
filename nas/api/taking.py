"""What is done with one network: train it finally, or bring one that nobody searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nas import data, runner
from nas.api.searching import Say, with_precision
from nas.errors import InputError, NasError, RunError
from nas.genome import Genome
from nas.prepare import placed
from nas.runner import machine as machines
from nas.runner import plan as planning
from nas.space import load as load_space
from nas.storage import delete_all

if TYPE_CHECKING:
    from nas.study import Run, Trial


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
    from nas.study.folder.keep import FINAL

    run.genome(trial)  # an error where there is none
    with placed(run.space):
        data.describe(run.space.file.data)  # one where there are no images, or code that was not allowed
    before = run.store.finals().get(str(trial.number))
    if before is not None and not again:
        raise RunError(
            f"trial {trial.number} had its final training: test error {100 * before['metrics']['test_error']:.2f} %; "
            f"the test part is for one look, so another one must be asked for (--again)"
        )
    device = machines.here().device
    job = run.job(trial, device=device, time_limit_seconds=None)
    final = run.checkpoints / trial.number / FINAL
    if before is not None:
        delete_all(final)
    epochs = final_epochs(run)
    job = replace(job, checkpoints=str(final), seed=job.seed if seed is None else seed, epochs=epochs)

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
    genome: Genome,
    *,
    space: str | Path,
    out: str | Path,
    overrides: Sequence[str] = (),
    allow_code: bool = False,
    fitted: bool = False,
) -> tuple[Run, Trial]:
    """A run that holds one network, which was brought and not searched: to be trained, shown and exported like others.

    `space` gives the data and the recipe; what it says may vary does not matter. `fitted`: a network for other images is
    changed to take these (`nas.edit.fit`). Raises `InputError` where the network is not one for these images.
    """
    from nas.edit import fit
    from nas.study import Run

    found = load_space(space, overrides=overrides, allow_code=allow_code)
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
    found = with_precision(found.bound(input_shape=info.shape, classes=len(info.classes)), dataset, plan)
    run = Run.create(Path(out), found, data=dataset.fingerprint)
    run.store.note("trials", 0)  # nothing is searched, unless it is extended
    run.settle(0)
    return run, run.search().bring(genome)


def final_epochs(run: Run) -> int:
    """How long a final training takes."""
    recipe = run.space.file.train
    return recipe.final_epochs or recipe.epochs
