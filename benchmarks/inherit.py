"""Inherited training on digits, against training from scratch: `python benchmarks/inherit.py`.

A parent is drawn from a space and trained; a child, one step further in the same space, is trained from scratch over as many
epochs, and from the parent's weights over half of them. The differences of their validation errors are paired; the mean has
Student's 95 % interval. Beside them: the error of the inherited weights before any training, and of the child from scratch
over half of the epochs, which is what the weights are worth. The steps are

- edits: each of the six kinds, in networks of residual, merge-and-run, dense and Inception blocks whose widths stay;
- solved: the same, where all widths are solved for after each edit, as a budget asks;
- staged: a block more in each stage, other blocks, another connectivity, the width solved for.

Target, for edits: the same validation error in at most half of the epochs. All have the recipe of the shipped space
"deeper-vs-wider", and inherited trainings its whole schedule over their fewer epochs.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from scipy.stats import t as student

import nas
from nas.edit import edits
from nas.evaluate import Context, Job, run_job
from nas.evaluate.inherited import Parent
from nas.evaluate.training import Training
from nas.evaluate.weights import FILE, read_weights
from nas.genome import Genome
from nas.network.inherit import inherit
from nas.space import SearchSpace

SHAPE, CLASSES = (1, 8, 8), 10
STARTS = [("basic", "residual"), ("basic", "merge-and-run"), ("preact", "dense"), ("inception", "plain")]
EDITS = """
name: {name}
kind: edits
data: {{name: digits}}
network: {{start: {start}, width: {width}, edits: 2}}
budget: {{params: {params}}}
train: {train}
"""


class Chosen:
    """A trial whose choices are known; one that is not is drawn."""

    def __init__(self, values: dict[str, Any], dice: random.Random) -> None:
        self.values, self._dice = values, dice

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        value = self.values.setdefault(name, self._dice.randrange(low, high + 1, step))
        return min(max(value, low), high)

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return self.values.setdefault(name, self._dice.uniform(low, high))

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return self.values.setdefault(name, choices[self._dice.randrange(len(choices))])


@dataclass(frozen=True)
class Pair:
    """A parent, a child one step further, and how they are trained."""

    step: str
    space: SearchSpace
    parent: Genome
    child: Genome


@dataclass(frozen=True)
class Result:
    """Validation errors in percent."""

    pair: Pair
    preserved: bool
    parent: float
    start: float  # of the child with its parent's weights, untrained
    scratch: float
    half: float  # from scratch in half of the epochs
    inherited: float

    @property
    def gap(self) -> float:
        return self.inherited - self.scratch


def edited(folder: Path, *, solved: bool, rounds: int) -> Iterator[Pair]:
    """One edit of a network that is itself an edit away from a small one: each kind of each connectivity."""
    for turn in range(rounds):
        for block, connect in STARTS:
            space = space_of_edits(folder / f"{block}-{connect}", block=block, connect=connect, solved=solved)
            for kind in edits.names():
                yield _edited(space, kind, random.Random(f"{block} {connect} {kind} {turn}"))


def space_of_edits(stem: Path, *, block: str, connect: str, solved: bool) -> SearchSpace:
    """Edits of two stages of two blocks, with the recipe of the shipped space "deeper-vs-wider"."""
    choices = ["network.depth=2", f"network.block={block}", f"network.connect={connect}", "network.branches=4"]
    given = nas.load("deeper-vs-wider", overrides=[*choices, "budget.params=12k"]).bound(input_shape=SHAPE, classes=CLASSES)
    start, file = stem.with_suffix(".json"), stem.with_suffix(".yaml")
    start.write_text(json.dumps(given.genome(Chosen({}, random.Random(0))).to_dict()))
    train = json.dumps(given.file.train.model_dump(mode="json"))
    width, params = ("{solve: params}", "12k") if solved else ("1.0", "60k")
    file.write_text(EDITS.format(name=stem.name, start=start.name, width=width, params=params, train=train))
    return nas.load(file).bound(input_shape=SHAPE, classes=CLASSES)


def _edited(space: SearchSpace, kind: str, dice: random.Random) -> Pair:
    while True:
        known: dict[str, Any] = {"edits": 1}
        parent = space.genome(Chosen(known, dice))
        step = {"edits": 2, "edit2.kind": kind, "edit2.place": dice.random()}
        child = space.genome(Chosen({**known, **step}, dice))
        if child.fingerprint != parent.fingerprint:
            return Pair(kind, space, parent, child)


def staged(*, pairs: int) -> Iterator[Pair]:
    """One choice of a staged network changed, the width solved for: a block more, or another of its other choices."""
    space = nas.load("deeper-vs-wider", overrides=["budget.params=12k"]).bound(input_shape=SHAPE, classes=CLASSES)
    steps = [("deeper", "depth"), ("connect", "connect"), ("block", "block")]
    for number in range(pairs):
        words, name = steps[number % len(steps)]
        dice = random.Random(f"{name} {number}")
        while True:
            known: dict[str, Any] = {"depth": dice.randrange(1, 4)}
            parent = space.genome(Chosen(known, dice))
            changed = {name: known["depth"] + 1} if name == "depth" else {}
            child = space.genome(Chosen({**{k: v for k, v in known.items() if k != name}, **changed}, dice))
            if child.fingerprint != parent.fingerprint:
                yield Pair(words, space, parent, child)
                break


def job(pair: Pair, genome: Genome, folder: Path, *, seed: int, epochs: int) -> Job:
    file = pair.space.file
    return Job(
        number=0,
        genome=genome.to_dict(),
        seed=seed,
        epochs=epochs,
        train=file.train.model_dump(mode="json"),
        data=file.data.model_dump(mode="json"),
        cache=str(folder.parent / "cache"),
        checkpoints=str(folder),
        device="cpu",
    )


def trained(task: Job) -> float:
    """The validation error in percent."""
    outcome = run_job(task, lambda epoch, metrics: True)
    if outcome.status != "finished":
        raise SystemExit(outcome.reason + outcome.traceback)
    return 100 * outcome.metrics["error"]


def untrained(task: Job, child: Genome) -> float:
    """The error of the weights that the child takes over, in percent."""
    context, parent = Context(task, lambda epoch, metrics: True), Parent.of(task.parent)
    assert parent is not None
    start = parent.handed_on(child, seed=task.seed)
    training = Training(child, context, context.train, context.dataset, part="train", precision="float32", start=start)
    return 100 * training.measure(training.batches("validation"))["error"]


def measured(pair: Pair, folder: Path, *, number: int, epochs: int, rate: float) -> Result:
    of_parent = job(pair, pair.parent, folder / "parent", seed=number, epochs=epochs)
    error = trained(of_parent)
    weights = Path(of_parent.checkpoints) / FILE
    full = job(pair, pair.child, folder / "scratch", seed=1000 + number, epochs=epochs)
    half = replace(full, epochs=(epochs + 1) // 2, checkpoints=str(folder / "half"))
    named = {"genome": pair.parent.to_dict(), "weights": str(weights)}
    heir = replace(half, parent=named, checkpoints=str(folder / "inherited"), train={**half.train, "lr": half.train["lr"] * rate})
    given = inherit(pair.parent, read_weights(pair.parent, weights), pair.child, seed=0)
    start = untrained(heir, pair.child)
    return Result(pair, given.preserved, error, start, trained(full), trained(half), trained(heir))


def interval(differences: Sequence[float]) -> str:
    """Mean and 95 % interval."""
    mean = statistics.fmean(differences)
    if len(differences) < 2:
        return f"{mean:+6.2f}"
    error = statistics.stdev(differences) / len(differences) ** 0.5
    reach = float(student.ppf(0.975, len(differences) - 1)) * error
    return f"{mean:+6.2f} [{mean - reach:+.2f}, {mean + reach:+.2f}]"


def row(words: str, results: Sequence[Result]) -> str:
    means = [
        statistics.fmean(getattr(result, name) for result in results)
        for name in ("parent", "start", "half", "scratch", "inherited")
    ]
    kept = sum(result.preserved for result in results)
    gaps = interval([result.gap for result in results])
    return f"{words:<18}{len(results):>6}{kept:>6}" + "".join(f"{mean:>11.2f}" for mean in means) + f"   {gaps}"


def table(words: str, results: Sequence[Result], *, epochs: int) -> None:
    print(f"\n{words}: validation error in percent; difference: inherited minus scratch, mean and 95 % interval")
    half = (epochs + 1) // 2
    heads = ("parent", "start", f"scratch {half}", f"scratch {epochs}", f"inherit {half}")
    print(f"{'step':<18}{'pairs':>6}{'kept':>6}" + "".join(f"{head:>11}" for head in heads) + "   difference")
    for step in sorted({result.pair.step for result in results}):
        print(row(step, [result for result in results if result.pair.step == step]))
    print(row("all", results), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--tables", nargs="+", default=["edits", "solved", "staged"])
    parser.add_argument("--rounds", type=int, default=1, help="of 24 pairs of edits, and 12 of staged networks")
    parser.add_argument("--rate", type=float, default=1.0, help="the learning rates of inherited trainings, times this")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = {
            "edits": lambda: edited(folder, solved=False, rounds=options.rounds),
            "solved": lambda: edited(folder, solved=True, rounds=options.rounds),
            "staged": lambda: staged(pairs=12 * options.rounds),
        }
        for name in options.tables:
            results = [
                measured(pair, folder / f"{name}{number}", number=number, epochs=options.epochs, rate=options.rate)
                for number, pair in enumerate(pairs[name]())
            ]
            table(name, results, epochs=options.epochs)


if __name__ == "__main__":
    main()
