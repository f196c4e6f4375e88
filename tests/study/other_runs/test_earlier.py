"""What a search learns from other runs: which results, what is left out and told, and its own copy of them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from helpers import drive

from nas.errors import InputError, RunError
from nas.evaluate import Outcome
from nas.study import Run
from nas.study.ledger.journal import Journal
from nas.study.other_runs.earlier import COPY, kept, source, sources


def finished(start, *overrides: str) -> Run:
    """A run that was driven to its end."""
    run = start(*overrides)
    drive(run.search())
    return run


def learning(space, *runs: Run, overrides: tuple[str, ...] = ()):
    """A space whose search learns from these runs."""
    return space(f"strategy.learn_from={json.dumps([str(run.folder) for run in runs])}", *overrides)


def changed(run: Run, number: int, old: str, new: str) -> Run:
    """The run with another text in what its journal says of a trial's end."""
    path = run.folder / "study.journal"
    lines = path.read_text().splitlines()[1:]
    places = [i for i, line in enumerate(lines) if f'"trial_id":{number},' in line and re.search(old, line)]
    assert places
    for place in places:
        lines[place] = re.sub(old, new, lines[place])
    path.unlink()
    Journal(path).append_logs([json.loads(line) for line in lines])  # whole, as if it had been written so
    return Run.open(run.folder)


def test_every_result_is_learned_with_its_choices_values_and_curve(start, space):
    run = finished(start)
    found = source(run.folder, space())
    trials = [trial for trial in run.trials if trial.state == "finished"]
    assert [result.values for result in found.results] == [(t.metrics["error"], float(t.macs)) for t in trials]
    assert [result.genome.fingerprint for result in found.results] == [trial.fingerprint for trial in trials]
    assert found.results[0].curve == {epoch: metrics["error"] for epoch, metrics in trials[0].curve.items()}
    assert found.results[0].choices == run.store.load()[1][trials[0].number].params
    assert found.lines == (f"learns     from {run.folder}: 14 results of 14 trials",)


def test_of_a_value_that_is_to_be_large_less_is_better_too(start, space):
    run = finished(start)
    found = source(run.folder, space("objectives=[{metric: error, direction: maximize}]"))
    best = run.trials[0]
    assert found.results[0].values == (-best.metrics["error"],)
    assert found.results[0].curve[1] == -best.curve[1]["error"]


def test_a_trial_that_was_ended_early_gives_its_curve_and_no_value(start, space):
    run = start()
    search = run.search()
    for state in ("finished", "stopped", "failed"):
        number = search.ask().number
        search.report(number, 1, {"error": 0.5})
        search.tell(number, Outcome(status=state, reason="error: X", metrics={"error": 0.5}, seconds=1.0))
    found = source(run.folder, space())
    assert [(result.values is None, result.curve) for result in found.results] == [(False, {1: 0.5}), (True, {1: 0.5})]
    assert found.lines[0].endswith(": 1 result of 3 trials and 1 curve of trials that were ended early; left out: 1 failed")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "null"])
def test_a_run_with_a_result_that_is_no_number_is_refused(start, space, value):
    run = changed(finished(start), 2, r'"metrics":\{"error":[\d.e-]+', f'"metrics":{{"error":{value}')
    with pytest.raises(RunError, match="trial 2 of the study is none that a search wrote"):
        source(run.folder, space())


def test_a_run_is_named_by_the_url_of_its_study_as_well(space, tmp_path):
    run = Run.create(tmp_path / "run", space(), study=f"sqlite:///{tmp_path}/studies.db")
    drive(run.search())
    by_folder, by_url = source(run.folder, space()), source(str(run.store.url), space())
    assert by_url.results == by_folder.results
    assert f"from {run.store.url}: " in by_url.lines[0]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("sqlite:///{}/none.db?study=one", r"none\.db cannot be read: No such file"),
        ("sqlite:///{}/studies.db", r"studies\.db does not say which study; nas watch sqlite:"),
        ("sqlite:///{}/studies.db?study=other", "has no study 'other'"),
        ("postgresql://me:canary@host/studies?study=one", "a password in a URL"),
        ("s3://bucket/run", "the scheme 's3' is no database of studies"),
    ],
)
def test_a_url_that_names_no_study_is_refused_at_its_place(space, tmp_path, url, error):
    Run.create(tmp_path / "run", space(), study=f"sqlite:///{tmp_path}/studies.db")
    learning = space("strategy.name=surrogate", f"strategy.learn_from=['{url.format(tmp_path)}']")
    with pytest.raises(InputError, match=error) as caught:
        sources(learning)
    assert str(caught.value).startswith("--set strategy.learn_from: ")
    assert "canary" not in str(caught.value)


def test_what_differs_is_told_behind_the_results(start, space):
    run = finished(start)
    lines = source(run.folder, space("train.epochs=9")).lines
    assert lines[1:] == ("           other training: train.epochs 4 there, 9 here",)


def test_an_objective_that_the_other_run_lacks_is_refused(start, space):
    run = finished(start)
    with pytest.raises(InputError, match=r"its trials have no 'los', an objective here; did you mean 'loss'\?|known: .*error"):
        source(run.folder, space("objectives=[los]"))


def test_a_run_without_any_result_is_refused_with_the_reason(start, space):
    run = start("strategy.trials=3")
    search = run.search()
    while (trial := search.ask()) is not None:
        search.tell(trial.number, Outcome(status="failed", reason="error: X", seconds=1.0))
    with pytest.raises(InputError, match=r"has nothing to learn from: 3 failed$"):
        source(run.folder, space())
    with pytest.raises(InputError, match=r"has nothing to learn from: no trial was trained$"):
        source(start().folder, space())


def test_an_error_names_the_run_by_its_place_in_the_file(start, space, tmp_path: Path):
    run = finished(start)
    asked = learning(space, run, overrides=("data={name: npz, path: mine.npz}",))
    with pytest.raises(InputError) as caught:
        sources(asked)
    assert str(caught.value) == (
        f"--set strategy.learn_from: strategy.learn_from.0: {run.folder}: its results are for other data: "
        "data set digits there, npz here"
    )
    with pytest.raises(InputError, match=r"nowhere is no run"):
        sources(space(f"strategy.learn_from=[{tmp_path}/nowhere]"))


def test_paths_are_relative_to_the_file_and_on_the_command_line_to_where_one_is(tmp_path, monkeypatch):
    from nas.space import load

    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep/mine.yaml"
    path.write_text("name: mine\ndata: {name: digits}\nstrategy: {learn_from: [../first]}\n")
    monkeypatch.chdir(tmp_path)
    assert load(path).file.strategy.learn_from == (str(tmp_path / "first"),)
    assert load(path, overrides=["strategy.learn_from=[second]"]).file.strategy.learn_from == (str(tmp_path / "second"),)


# The run's own copy


def test_a_run_keeps_what_it_learned_from_when_the_other_is_gone(start, space, tmp_path: Path):
    first, second = finished(start), finished(start, "strategy.seed=9")
    asked = learning(space, first, second)
    found = sources(asked)
    run = Run.create(tmp_path / "learning", asked)
    COPY.keep(found, run.folder)
    for other in (first, second):
        shutil.rmtree(other.folder)
    assert kept(Run.open(run.folder)) == found
    assert [len(one.results) for one in found] == [14, 14]


def test_a_start_that_was_broken_off_before_the_copy_is_made_up_for(start, space, tmp_path: Path):
    first = finished(start)
    run = Run.create(tmp_path / "learning", learning(space, first))
    assert kept(run) == sources(run.space)
    assert (run.folder / COPY.file).is_file()


def test_a_run_that_has_lost_its_copy_is_not_gone_on_with(start, space, tmp_path: Path):
    run = Run.create(tmp_path / "learning", learning(space, finished(start)))
    search = run.search()
    assert search.ask() is not None
    with pytest.raises(RunError, match=r"earlier\.json is missing: what the search learned from"):
        kept(run)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema": "nas.earlier/2"}', '{"schema": "nas.earlier/1", "sources": [1]}']
)
def test_a_damaged_copy_is_one_line(start, space, tmp_path: Path, content):
    run = Run.create(tmp_path / "learning", learning(space, finished(start)))
    (run.folder / COPY.file).write_text(content)
    with pytest.raises(RunError, match=r"earlier\.json cannot be read as what the search learned from: .+"):
        kept(run)


def test_a_copy_is_whole_or_not_there(start, space, tmp_path: Path, monkeypatch):
    asked = learning(space, finished(start))
    run = Run.create(tmp_path / "learning", asked)

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nas.whole_files.os.fsync", full)
    with pytest.raises(RunError, match=r"earlier\.json cannot be written: No space left on device"):
        COPY.keep(sources(asked), run.folder)
    assert not (run.folder / COPY.file).exists()


def test_a_run_that_learns_from_none_has_no_copy(start):
    run = start()
    assert kept(run) == []
    assert not (run.folder / COPY.file).exists()


def test_a_copy_that_was_changed_is_refused(start, space, tmp_path):
    run = finished(start)
    new = start(f"strategy.learn_from={json.dumps([str(run.folder)])}", "strategy.name=surrogate")
    COPY.keep(sources(new.space), new.folder)
    assert len(kept(new)) == 1
    content = json.loads((new.folder / COPY.file).read_text())
    content["sources"][0]["results"][0]["values"][0] += 0.125
    (new.folder / COPY.file).write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"earlier\.json cannot be read .*: its checksum does not agree"):
        kept(new)
