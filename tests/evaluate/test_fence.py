"""An attempt that was given up, and lives on, changes nothing in the place of the one that took over."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.evaluate import Context, Job
from nas.evaluate.context import NotKept
from nas.evaluate.execute import execute
from nas.evaluate.fence import OWNER, Fenced, Superseded
from nas.genome import Genome, Node, ops
from nas.storage import Folder


def context(folder: Path, attempt: int) -> Context:
    job = Job(number=0, genome={}, seed=0, epochs=3, cache="", checkpoints=str(folder), attempt=attempt)
    return Context(job, lambda epoch, metrics: True)


def test_a_state_that_an_attempt_saves_after_a_later_one_began_is_refused(tmp_path: Path) -> None:
    first, second = context(tmp_path, 1), context(tmp_path, 2)
    first.save({"epoch": 1})
    assert second.load() == {"epoch": 1}
    second.save({"epoch": 2})
    with pytest.raises(NotKept, match="attempt 2 of the trial has begun, so attempt 1 may not write any more"):
        first.save({"epoch": 9})
    assert context(tmp_path, 3).load() == {"epoch": 2}


def test_an_attempt_is_refused_from_the_moment_at_which_a_later_one_looks(tmp_path: Path) -> None:
    first = context(tmp_path, 1)
    first.save({"epoch": 1})
    context(tmp_path, 2).load()
    with pytest.raises(NotKept):
        first.settle({"epoch": 2})
    assert context(tmp_path, 2).load() == {"epoch": 1}


def test_weights_and_deletions_are_refused_as_well(tmp_path: Path) -> None:
    late, newest = Fenced(Folder(tmp_path), 2), Fenced(Folder(tmp_path), 3)
    late.take()
    newest.take()
    newest.write("weights", [b"of the third"])
    with pytest.raises(Superseded):
        late.write("weights", [b"of the second"])
    with pytest.raises(Superseded):
        late.delete("weights")
    late.take()
    assert newest.read("weights") == b"of the third"
    newest.delete("weights")
    assert not newest.exists("weights")


def test_a_first_attempt_leaves_nothing_but_what_it_saves(tmp_path: Path) -> None:
    context(tmp_path, 1).settle({"epoch": 3})
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_a_damaged_number_is_named(tmp_path: Path) -> None:
    (tmp_path / OWNER).write_text("?")
    with pytest.raises(NotKept, match="attempt in it must hold the number of the newest attempt, and is damaged"):
        context(tmp_path, 2).load()


def test_a_trial_that_was_given_up_is_interrupted_and_not_failed(tmp_path: Path) -> None:
    def saves_late(genome: Genome, context: Context) -> dict[str, float]:
        Fenced(Folder(tmp_path), 2).take()  # as the worker does that took over
        context.save({"epoch": 1})
        return {"error": 0.0}

    genome = Genome([Node("x", ops.Input((3,)), ()), Node("fc", ops.Linear(2), ("x",)), Node("output", ops.Output(), ("fc",))])
    job = Job(number=0, genome=genome.to_dict(), seed=0, epochs=1, cache="", checkpoints=str(tmp_path))
    outcome = execute(job, lambda epoch, metrics: True, evaluator=saves_late)
    assert outcome.status == "interrupted"
    assert "attempt 2 of the trial has begun" in outcome.reason
