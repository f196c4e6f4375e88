"""The evaluator "train": train a genome and measure it on the validation part.

The network starts from scratch, or from its parent's weights where the job names a parent. Each epoch ends in a checkpoint
and a report {error, loss, accuracy, train_loss, seconds}. A training that was broken off goes on from there, and on a CPU
ends in the weights and metrics of an unbroken one, bit for bit.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from nas.data import Dataset
from nas.errors import InputError
from nas.evaluate.context import Context
from nas.evaluate.inherited import Parent
from nas.evaluate.precision import choose
from nas.evaluate.training import Training
from nas.evaluate.weights import save_weights
from nas.genome import Genome
from nas.space.settings import TrainSettings


def train(genome: Genome, context: Context) -> dict[str, float]:
    """Train on the train part; the metrics of the last epoch, on the validation part.

    error: the share of images misclassified, 0..1. loss: mean cross-entropy. seconds: of training and
    measuring. The weights stay as `weights.safetensors` in the job's folder of checkpoints.
    """
    return fit(genome, context, part="train", measure="validation", parent=Parent.of(context.job.parent))


def fit(
    genome: Genome,
    context: Context,
    *,
    part: Literal["train", "all_train"],
    measure: Literal["validation", "test"],
    parent: Parent | None = None,
) -> dict[str, float]:
    """Train on `part`, from the weights of `parent` or from scratch, whatever the job says.

    "validation" is measured after each epoch, "test" once at the end, as test_error.
    """
    settings, dataset = context.train, context.dataset
    _check(genome, dataset)
    key = _key(context, dataset, part=part, measure=measure, parent=parent)
    state = context.load()
    if state is None or state.get("key") != key:
        state = None
    elif "metrics" in state:  # finished before, and the outcome was lost
        return _told_again(context, state)["metrics"]
    precision = state["precision"] if state else choose(settings, genome, dataset, context.device)
    # A state that is gone on from holds weights already.
    start = parent.handed_on(genome, seed=context.seed) if parent and not state else None
    training = Training(genome, context, settings, dataset, part=part, precision=precision, start=start)
    if state:
        training.restore(state)
        _told_again(context, state)
    return _run(training, genome, key=key, measure=measure)


def _run(training: Training, genome: Genome, *, key: str, measure: Literal["validation", "test"]) -> dict[str, float]:
    context = training.context
    measured = training.batches(measure)
    while True:
        metrics = training.epoch(measured if measure == "validation" else None)
        # A state with a NaN in it is not worth keeping.
        context.checked(metrics, where=f" after epoch {training.epochs_done}")
        if training.epochs_done >= context.epochs:
            break
        context.save({"key": key, **training.state()})
        context.report(training.epochs_done, metrics)
    answer = dict(metrics)
    if measure == "test":
        answer |= {f"test_{name}": value for name, value in training.measure(measured).items()}
    with context.keeping():
        save_weights(training.trained, genome, training.dataset, storage=context.place)
    context.settle({"key": key, "history": training.history, "metrics": answer})
    context.report(training.epochs_done, metrics)
    return answer


def _told_again(context: Context, state: dict[str, Any]) -> dict[str, Any]:
    """Report the epochs of a state: who resumes may not have heard of them."""
    for epoch, metrics in enumerate(state["history"], start=1):
        context.report(epoch, metrics)
    return state


def _check(genome: Genome, dataset: Dataset) -> None:
    info = dataset.info
    answers = [genome.shapes[name] for name in genome.outputs]
    if genome.input_shape != tuple(info.shape) or any(shape != (len(info.classes),) for shape in answers):
        raise InputError(
            f"the genome takes {genome.input_shape} and answers {' and '.join(map(str, answers))}; "
            f"the images of '{info.name}' are {tuple(info.shape)}, of {len(info.classes)} classes"
        )


def _key(context: Context, dataset: Dataset, *, part: str, measure: str, parent: Parent | None) -> str:
    """What a state belongs to: another genome, seed, recipe, data set or start must not go on from it."""
    job = context.job
    recipe = TrainSettings.model_validate(job.train).model_dump(mode="json")
    split = [int(ids.sum()) for ids in (dataset.train, dataset.validation, dataset.test)]
    what = [job.genome, job.seed, job.epochs, recipe, dataset.fingerprint, split, part, measure]
    what += [parent.key] if parent else []
    return hashlib.blake2b(json.dumps(what, sort_keys=True).encode(), digest_size=16).hexdigest()
