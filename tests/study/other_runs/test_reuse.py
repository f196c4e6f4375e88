from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import ONE, PAUSE, drive, evaluate, table

from nas.errors import DocumentError, RunError
from nas.space import SearchSpace
from nas.space import load as load_space
from nas.study import Run, Search, Trial
from nas.study.decisions.reusable import Reusable, Reused
from nas.study.other_runs.reuse import COPY, kept, reusable, sources
from nas.zoo import load as load_network

EDITS = "name: edits\nkind: edits\ndata: {{name: digits}}\nnetwork: {{start: {start}, edits: 2}}\n"
HALVING = ["stop.name=successive-halving", "stop.min_epochs=1", "stop.factor=2", "stop.metric=error"]


def finished(start: Callable[..., Run], *overrides: str) -> Run:
    run = start(*overrides)
    drive(run.search())
    return run


def reusing(start: Callable[..., Run], *runs: Run, overrides: tuple[str, ...] = ()) -> Run:
    """A new run of the same search that may take over the results of these."""
    folders = json.dumps([str(run.folder) for run in runs])
    run = start(f"strategy.reuse={folders}", *overrides)
    COPY.keep(sources(run.space, None), run.folder)
    return run


def search_of(run: Run, watch: Callable[[Trial], None] | None = None) -> Search:
    return run.search(reusable=reusable(kept(run)), watch=watch)


def asked(run: Run) -> list[int]:
    """Drive a search; the numbers of the trials that a runner was given."""
    search, given = search_of(run), []
    while (trial := search.ask()) is not None:
        given.append(trial.number)
        evaluate(search, trial)
    assert search.over
    return given


def test_a_network_that_another_run_trained_is_answered_with_its_result(start: Callable[..., Run]) -> None:
    first = finished(start, *ONE)
    second = reusing(start, first, overrides=tuple(ONE))
    assert asked(second) == []  # the same seed proposes the same networks
    for mine, other in zip(second.trials, first.trials, strict=True):
        assert (mine.state, mine.metrics, mine.curve, mine.fingerprint) == (
            other.state,
            other.metrics,
            other.curve,
            other.fingerprint,
        )
        if other.state == "finished":
            assert mine.reused == f"{first.folder}, trial {other.number}"
            assert mine.seconds == 0.0


def test_a_run_is_named_by_the_url_of_its_study_as_well(start: Callable[..., Run], space, tmp_path: Path) -> None:
    first = Run.create(tmp_path / "first", space(*ONE), study=f"sqlite:///{tmp_path}/studies.db")
    drive(first.search())
    url = str(first.store.url)
    second = start(f"strategy.reuse={json.dumps([url])}", *ONE)
    COPY.keep(sources(second.space, None), second.folder)
    origins = {f"{url}, trial {trial.number}" for trial in first.trials if trial.trains}
    (tmp_path / "studies.db").unlink()  # what was taken over is in the run's own folder
    assert asked(second) == []
    assert {trial.reused for trial in second.trials if trial.trains} == origins


def test_a_run_that_cannot_be_opened_by_its_url_is_refused_by_name(space, tmp_path: Path) -> None:
    path = tmp_path / "start.yaml"
    path.write_text(load_network("zoo:resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10)").to_yaml())
    (tmp_path / "edits.yaml").write_text(EDITS.format(start=path))
    edits = load_space(tmp_path / "edits.yaml").bound(input_shape=(1, 8, 8), classes=10)
    first = Run.create(tmp_path / "first", edits, study=f"sqlite:///{tmp_path}/studies.db")
    named = space(f"strategy.reuse={json.dumps([str(first.store.url)])}")
    with pytest.raises(
        DocumentError, match=r"reuse: .*studies\.db\?study=first-\w+: its search starts from start\.yaml in the run's f"
    ):
        sources(named, None)


def test_only_what_is_new_is_trained_and_all_count_as_trials_of_the_plan(start: Callable[..., Run]) -> None:
    first = finished(start, *ONE)
    second = reusing(start, first, overrides=(*ONE, "strategy.trials=20"))
    given = asked(second)
    trained = [trial for trial in second.trials if trial.trains]
    assert len(trained) == 20
    assert given == [trial.number for trial in trained[14:]]


def test_another_seed_reuses_what_it_meets(start: Callable[..., Run]) -> None:
    little = (*ONE, "network.depth={int: [1, 2]}", "network.width=8", "network.block={choice: [basic, preact]}")
    first = finished(start, *little, "strategy.trials=8")
    second = reusing(start, first, overrides=(*little, "strategy.seed=4", "strategy.trials=8"))
    asked(second)
    origins = {trial.fingerprint: trial for trial in first.trials if trial.state == "finished"}
    met = [trial for trial in second.trials if trial.reused]
    assert met
    assert all(trial.metrics == origins[trial.fingerprint].metrics for trial in met)


@pytest.mark.parametrize("rule", [ONE, PAUSE, HALVING])
@pytest.mark.parametrize("strategy", ["random", "evolution"])
def test_the_same_search_broken_or_unbroken_with_any_number_of_workers(
    start: Callable[..., Run], rule: list[str], strategy: str
) -> None:
    overrides = (*rule, f"strategy.name={strategy}")
    first = finished(start, *overrides, "strategy.trials=6")
    whole, broken, many = (reusing(start, first, overrides=overrides) for _ in range(3))
    drive(search_of(whole))
    assert any(trial.reused for trial in whole.trials)
    while not (search := search_of(broken)).over:
        trial = search.ask()
        if trial is not None:
            evaluate(search, trial)
    drive(search_of(many), workers=4, shuffle=lambda running: running[-1])
    assert table(broken) == table(whole) == table(many)


def test_a_search_that_is_killed_before_it_took_a_result_over_takes_it_when_it_is_resumed(
    start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = finished(start, *ONE)
    run = reusing(start, first, overrides=tuple(ONE))
    with monkeypatch.context() as patch:
        patch.setattr(Search, "_answer", lambda self, trial: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            search_of(run).ask()
    assert [trial.state for trial in run.trials] == ["running"]
    assert asked(run) == []
    assert run.trials[0].attempt == 1
    assert run.trials[0].metrics == first.trials[0].metrics


def test_a_run_keeps_the_results_when_the_other_is_gone(start: Callable[..., Run]) -> None:
    first = finished(start, *ONE)
    run = reusing(start, first, overrides=tuple(ONE))
    metrics = [trial.metrics for trial in first.trials]
    shutil.rmtree(first.folder)
    assert asked(run) == []
    assert [trial.metrics for trial in run.trials] == metrics


def test_a_run_that_lost_the_results_is_not_gone_on_with(start: Callable[..., Run]) -> None:
    run = reusing(start, finished(start, *ONE), overrides=tuple(ONE))
    search_of(run).ask()
    (run.folder / COPY.file).unlink()
    with pytest.raises(RunError, match=r"reused\.json is missing: the results that the search may take over"):
        kept(run)


def test_the_plan_says_how_many_results_there_are(start: Callable[..., Run], space: Callable[..., SearchSpace]) -> None:
    first = finished(start, *HALVING)
    states = [trial.state for trial in first.trials]
    wanted = space(*HALVING, f"strategy.reuse={json.dumps([str(first.folder)])}")
    (line,) = sources(wanted, None)[0].lines
    assert line == (
        f"reuses     of {first.folder}: {states.count('finished')} results of 14 trials; "
        f"left out: {states.count('stopped')} not trained to the end"
    )


@pytest.mark.parametrize(
    ("override", "difference"),
    [
        ("train.epochs=5", "train.epochs 4 there, 5 here"),
        ("train.lr=0.2", "train.lr 0.1 there, 0.2 here"),
        ("train.augment.flip=true", "train.augment.flip false there, true here"),
        ("train.threads=2", "train.threads 1 there, 2 here"),
        ("data.seed=1", "data.seed 0 there, 1 here"),
        ("data.limit=100", "only here data.limit"),
        ("evaluator=zero-cost", "evaluator train there, zero-cost here"),
    ],
)
def test_a_run_that_differs_is_passed_over_with_the_reason(
    start: Callable[..., Run], space: Callable[..., SearchSpace], override: str, difference: str
) -> None:
    first = finished(start, *ONE)
    found = sources(space(*ONE, override, f"strategy.reuse={json.dumps([str(first.folder)])}"), None)[0]
    assert found.results == ()
    assert found.lines[0] == f"reuses     nothing of {first.folder}:"
    assert difference in "\n".join(found.lines)


def test_other_images_are_another_result_whatever_they_are_called(space: Callable[..., SearchSpace], tmp_path: Path) -> None:
    first = Run.create(tmp_path / "first", space(*ONE), data="abc")
    drive(first.search())
    wanted = space(*ONE, f"strategy.reuse={json.dumps([str(first.folder)])}")
    assert len(sources(wanted, "abc")[0].results) == 14
    other = sources(wanted, "xyz")[0]
    assert (other.results, other.lines[1].strip()) == ((), "other images")


def test_what_a_training_from_scratch_does_not_depend_on_may_differ(
    start: Callable[..., Run], space: Callable[..., SearchSpace]
) -> None:
    first = finished(start, *ONE)
    wanted = ["train.final_epochs=9", "strategy.name=tpe", "strategy.seed=8", "network.depth={int: [2, 9]}", "budget.params=1M"]
    assert len(sources(space(*ONE, *wanted, f"strategy.reuse={json.dumps([str(first.folder)])}"), None)[0].results) == 14


def test_a_training_that_began_with_weights_of_a_parent_is_another(
    start: Callable[..., Run], space: Callable[..., SearchSpace]
) -> None:
    first = finished(
        start, *ONE, "strategy.name=evolution", "train.inherit=true", "strategy.options={population: 4, tournament: 2}"
    )
    heirs = [trial.number for trial in first.trials if trial.inherits is not None and trial.state == "finished"]
    found = sources(space(*ONE, f"strategy.reuse={json.dumps([str(first.folder)])}"), None)[0]
    assert heirs
    assert not {f"{first.folder}, trial {number}" for number in heirs} & {result.origin for result in found.results}
    assert f"{len(heirs)} begun with a parent's weights" in found.lines[0]


def test_an_equal_fingerprint_of_another_network_gives_no_result(start: Callable[..., Run]) -> None:
    run = finished(start, *ONE)
    one, other = [trial for trial in run.trials if trial.state == "finished"][:2]
    forged = Reused("forged, trial 0", one.fingerprint, other.packed, {"error": 0.0}, {})
    assert Reusable([forged]).find(run.genome(one)) == ""
    honest = Reused("honest, trial 0", one.fingerprint, one.packed, {"error": 0.0}, {})
    assert Reusable([forged, honest]).find(run.genome(one)) == "honest, trial 0"


def test_a_result_is_of_a_whole_training_also_where_others_pause(start: Callable[..., Run]) -> None:
    first = finished(start, *ONE)
    run = reusing(start, first, overrides=tuple(PAUSE))
    asked(run)
    assert {leg.until for trial in run.trials if trial.reused for leg in trial.legs} == {None}


def test_a_folder_that_is_no_run_is_named_at_its_place(space: Callable[..., SearchSpace], tmp_path: Path) -> None:
    wanted = space(*ONE, f"strategy.reuse={json.dumps([str(tmp_path)])}")
    with pytest.raises(DocumentError, match=r"strategy\.reuse\.0: .* is no run"):
        sources(wanted, None)


@pytest.mark.parametrize(
    ("override", "reason"),
    [("train.inherit=true", "any network may become a parent"), ("strategy.repeats=retrain", "a training of its own")],
)
def test_what_forbids_other_results_is_said(space: Callable[..., SearchSpace], override: str, reason: str) -> None:
    from nas.study.other_runs.reuse import check

    with pytest.raises(DocumentError, match=rf"strategy\.reuse: .*{reason}"):
        check(space(*ONE, "strategy.name=evolution", override, "strategy.reuse=[somewhere]"))


def test_a_reused_result_has_no_weights_and_says_whose_it_is(start: Callable[..., Run]) -> None:
    first = finished(start, *ONE)
    run = reusing(start, first, overrides=tuple(ONE))
    asked(run)
    text = rf"trial {run.best.number} \(finished\) left no weights: its result is that of .*, trial \d+; `nas train"
    with pytest.raises(RunError, match=text):
        run.weights(run.best)
