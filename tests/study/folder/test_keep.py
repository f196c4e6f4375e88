from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import ONE, PAUSE, drive, error_of, evaluate, table

from nas.errors import InputError, RunError
from nas.evaluate import Outcome
from nas.space import SearchSpace
from nas.storage import Folder, Storage
from nas.study import Run, Search, Trial
from nas.study.folder.keep import Keep

HALVING = ["stop.name=successive-halving", "stop.min_epochs=1", "stop.factor=2", "stop.metric=error"]


def leaving(run: Run, search: Search, trial: Trial, *, bytes_: int = 1000) -> None:
    """What a worker does: the trial's state after each epoch, and its weights at the end."""
    place = run.checkpoints / trial.number
    place.write("state.pt", [b"s" * 100])
    evaluate_ = trial.until is None
    if evaluate_:
        place.write("weights.safetensors", [b"w" * bytes_])
    evaluate(search, trial)


def searched(run: Run, keep: Keep | None = None, *, bytes_: int = 1000) -> Run:
    search = run.search(keep=keep)
    while (trial := search.ask()) is not None:
        leaving(run, search, trial, bytes_=bytes_)
    return run


def kept(run: Run) -> list[int]:
    """The numbers of the trials whose weights are there."""
    return [t.number for t in run.trials if (run.checkpoints / t.number).exists("weights.safetensors")]


def ranked(run: Run) -> list[int]:
    finished = [trial for trial in run.trials if trial.state == "finished"]
    return [t.number for t in sorted(finished, key=lambda t: (t.metrics["error"], t.params, t.number))]


def test_all_weights_stay_where_nothing_is_said(start: Callable[..., Run]) -> None:
    run = searched(start(*ONE))
    assert kept(run) == sorted(ranked(run))


def test_only_the_weights_of_the_best_stay(start: Callable[..., Run]) -> None:
    run = searched(start(*ONE), Keep(best=3))
    assert kept(run) == sorted(ranked(run)[:3])


def test_weights_go_as_soon_as_they_fall_out(start: Callable[..., Run]) -> None:
    run = start(*ONE)
    search, most = run.search(keep=Keep(best=2)), 0
    while (trial := search.ask()) is not None:
        leaving(run, search, trial)
        most = max(most, len(kept(run)))
    assert most == 2


def test_the_front_is_best_where_there_are_several_objectives(start: Callable[..., Run]) -> None:
    run = searched(start(), Keep(best=3))
    front = {trial.number for trial in run.front}
    assert len(front) >= 3
    assert len(kept(run)) == 3
    assert set(kept(run)) <= front


def test_a_tight_limit_of_bytes_is_never_passed(start: Callable[..., Run]) -> None:
    run = start(*ONE)
    search = run.search(keep=Keep(gigabytes=5000 / 1e9))
    while (trial := search.ask()) is not None:
        leaving(run, search, trial)
        assert sum(size for name, size in run.checkpoints.sizes().items() if "deleted" not in name) <= 5000
    assert kept(run) == sorted(ranked(run)[:4])  # a state and weights are 1,100 bytes


def test_the_best_stays_even_if_it_alone_is_too_large(start: Callable[..., Run]) -> None:
    run = searched(start(*ONE), Keep(gigabytes=500 / 1e9))
    assert kept(run) == ranked(run)[:1]


def test_states_of_trials_that_may_go_on_stay(start: Callable[..., Run]) -> None:
    run = searched(start(*PAUSE), Keep(best=1, gigabytes=1e-9))
    paused = [trial.number for trial in run.trials if trial.state == "paused"]
    assert paused
    assert all((run.checkpoints / number).exists("state.pt") for number in paused)


def test_states_of_trials_that_may_go_on_leave_less_room_for_weights(start: Callable[..., Run]) -> None:
    run = start(*PAUSE)
    search, done = run.search(keep=Keep(gigabytes=3000 / 1e9)), False
    while (trial := search.ask()) is not None:
        leaving(run, search, trial)
        done = done or any(one.state == "finished" for one in search.trials)
        sizes = run.checkpoints.sizes().items()
        most = 3000 if len(kept(run)) > 1 else 10_000  # the best one stays whatever the states take
        assert sum(size for name, size in sizes if "deleted" not in name) <= most
    assert done


@pytest.mark.parametrize("rule", [ONE, PAUSE, HALVING])
@pytest.mark.parametrize("strategy", ["random", "evolution"])
def test_the_search_is_the_same_whatever_is_kept(start: Callable[..., Run], rule: list[str], strategy: str) -> None:
    found = [searched(start(*rule, f"strategy.name={strategy}"), keep) for keep in (None, Keep(best=1), Keep(gigabytes=1e-9))]
    assert table(found[0]) == table(found[1]) == table(found[2])


def test_what_a_broken_search_left_too_much_goes_when_it_is_resumed(start: Callable[..., Run]) -> None:
    run = searched(start(*ONE))
    again = Run.open(run.folder)
    again.search(keep=Keep(best=2))
    assert kept(again) == sorted(ranked(run)[:2])


def test_a_search_that_is_resumed_at_every_trial_keeps_the_same(start: Callable[..., Run]) -> None:
    whole, run = searched(start(*ONE), Keep(best=3)), start(*ONE)
    while (trial := (search := run.search(keep=Keep(best=3))).ask()) is not None:
        leaving(run, search, trial)
    assert kept(run) == kept(whole)


def test_what_stopped_or_failed_leaves_nothing(start: Callable[..., Run]) -> None:
    run = start(*ONE)
    search = run.search()
    trial = search.ask()
    assert trial is not None
    (run.checkpoints / trial.number).write("state.pt", [b"s"])
    search.tell(trial.number, Outcome(status="failed", seconds=1.0, reason="error: made up"))
    assert (run.checkpoints / trial.number).sizes() == {}


def test_final_trainings_stay(start: Callable[..., Run]) -> None:
    run = start(*ONE)
    search = run.search(keep=Keep(best=1))
    for number in range(4):
        trial = search.ask()
        assert trial is not None
        (run.checkpoints / number / "final").write("weights.safetensors", [b"f"])
        leaving(run, search, trial)
    assert all((run.checkpoints / number / "final").exists("weights.safetensors") for number in range(4))
    assert all(run.weights(run.trials[number]).endswith("final/weights.safetensors") for number in range(4))


def test_whose_weights_were_deleted_says_so_and_what_would_do(start: Callable[..., Run]) -> None:
    run = searched(start(*ONE), Keep(best=3))
    gone = run.trials[ranked(run)[3]]
    text = f"trial {gone.number} .*only those of the 3 best trials stay .*`nas train .* {gone.number}` makes some"
    with pytest.raises(RunError, match=text):
        run.weights(gone)


def test_weights_that_parents_need_are_not_deleted(start: Callable[..., Run]) -> None:
    run = start("train.inherit=true", "strategy.name=evolution")
    with pytest.raises(InputError, match=r"keep\.best deletes weights, and with train\.inherit any network may become a parent"):
        Keep(best=3).check(run.space.file)
    with pytest.raises(InputError, match=r"keep\.gigabytes deletes"):
        Keep(gigabytes=3).check(run.space.file)
    Keep().check(run.space.file)


def test_a_storage_elsewhere_is_remembered_with_the_run(space: Callable[..., SearchSpace], tmp_path: Path) -> None:
    elsewhere: Storage = Folder(tmp_path / "shared") / "little-1"
    run = Run.create(tmp_path / "here", space(*ONE), storage=elsewhere)
    searched(run)
    again = Run.open(tmp_path / "here")
    assert str(again.checkpoints) == str(elsewhere)
    assert again.weights(again.best).startswith(f"{elsewhere}/")
    assert not (tmp_path / "here" / "checkpoints").exists()


def test_results_do_not_depend_on_where_checkpoints_are(
    space: Callable[..., SearchSpace], start: Callable[..., Run], tmp_path: Path
) -> None:
    elsewhere = Run.create(tmp_path / "a", space(*ONE), storage=Folder(tmp_path / "b"))
    run = start(*ONE)
    drive(run.search())
    assert table(searched(elsewhere)) == table(run)
    assert error_of(run.best, 4, 4) == run.best.metrics["error"]
