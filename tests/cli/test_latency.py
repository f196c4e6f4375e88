"""nas latency: a network timed by every engine, tables of operations, and latencies as objectives and budgets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nas.stopwatch import Timing
from nas.study import Run

QUICK = ("--seconds", 0.1, "--batch", "1,2")
TIMING = Timing(median_ms=4.0, iqr_ms=1.0, min_ms=2.5, quiet_ms=3.0, passes=50, steady=True)


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pass is computed once, and takes as many milliseconds as there are passes in front of it, and four more."""

    def told(passes, **_):
        for once in passes:
            once()
        return [Timing(4.0 + n, 1.0, 2.5 + n, 3.0 + n, 50, n == 0) for n in range(len(passes))]

    for module in ("by_engine", "operations"):
        monkeypatch.setattr(f"nas.latency.{module}.timed", told)
    monkeypatch.setattr("nas.evaluate.latency.timed", told)


def test_a_genome_is_timed_by_each_engine_and_batch_and_what_is_not_there_is_named(command, timed, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    result = command("latency", "zoo:lenet5", "--batch", "1,2", "--threads", 1)
    assert result.status == 0, result.err
    lines = result.out.splitlines()
    assert lines[0] == "zoo:lenet5: 60,000 params, 325,680 macs"
    assert lines[1].startswith("on cpu (") and "1 thread, torch " in lines[1]
    assert [line.split()[:5] for line in lines[4:]][:4] == [
        ["eager", "1", "4", "1", "2.5"],
        ["eager", "2", "5", "1", "3.5"],
        ["onnxruntime", "1", "6", "1", "4.5"],
        ["onnxruntime", "2", "7", "1", "5.5"],
    ]
    assert lines[4].endswith("250      50") and lines[5].endswith("400      50  not steady")
    assert lines[8].startswith("compiled: skipped, there is no C++ compiler 'no-such-compiler'")


def test_a_trial_is_timed_at_one_image_and_at_the_batch_and_threads_of_its_training(command, own_run, timed):
    recipe = Run.open(own_run).space.file.train
    document = json.loads(command("latency", own_run, 0, "--engines", "eager", "--json").out)
    assert (document["schema"], document["trial"], document["threads"]) == ("nas.latency/1", 0, recipe.threads)
    assert document["fingerprint"] == Run.open(own_run).trial(0).fingerprint
    assert [row["batch"] for row in document["rows"]] == [1, recipe.batch]
    assert document["rows"][0]["quiet_ms"] == 3.0 and document["skipped"] == []


def test_it_is_really_timed(command):
    rows = json.loads(command("latency", "zoo:lenet5", "--engines", "eager", *QUICK, "--json").out)["rows"]
    assert all(0 < row["min_ms"] <= row["quiet_ms"] and row["passes"] >= 5 for row in rows)


def test_without_onnxruntime_it_says_what_to_install(command, timed, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = command("latency", "zoo:lenet5", "--engines", "onnxruntime")
    assert result.status == 0
    assert "onnxruntime: skipped, onnxruntime is not installed: pip install 'deepwide[onnx]'" in result.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nas latency takes RUN, a genome's file, or zoo:NAME; or, for a table, --space SPACE --table FILE"),
        (("zoo:lenet", "--engines", "eager"), "'lenet' is not a network of the zoo"),
        (("zoo:lenet5", "--engines", "eagre"), "'eagre' is not a known engine; did you mean 'eager'?"),
        (("zoo:lenet5", "--engines", " ,"), "at least one engine of: compiled, eager, onnxruntime"),
        (
            ("zoo:lenet5", "--batch", "1,x"),
            "--batch: must be whole numbers of at least 1, joined by commas, such as 1,64, got '1,x'",
        ),
        (("zoo:lenet5", "--batch", "0"), "--batch: must be whole numbers"),
        (("zoo:lenet5", "--table", "none.json"), "none.json: no such file"),
        (("--space", "tiny"), "a table is measured by: nas latency --space SPACE --table FILE"),
        (("nowhere",), "nowhere is no run"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(command, here, arguments, message):
    result = command("latency", *arguments)
    assert result.status == 2 and message in result.err.splitlines()[-1]
    assert result.out == "" and list(here.iterdir()) == []


def test_a_table_is_measured_written_and_predicts(command, here, timed):
    result = command("latency", "--space", "tiny", "--table", "ops.json", "--samples", 6)
    assert result.status == 0, result.err
    document = json.loads((here / "ops.json").read_text())
    assert (document["schema"], document["threads"], document["batch"]) == ("nas.latency-table/1", 1, 1)
    kinds = {entry["op"] for entry in document["operations"]}
    assert {"conv2d", "batch_norm", "activation", "add", "global_avg_pool", "linear"} <= kinds
    assert len(document["operations"]) == len(
        {json.dumps([e["op"], e["arguments"], e["inputs"]]) for e in document["operations"]}
    )
    assert result.out.startswith(f"ops.json: {len(document['operations'])} operations on cpu (")
    shown = command("latency", "zoo:lenet5", "--engines", "eager", "--table", "ops.json")
    assert "ms by the table, " in shown.out.splitlines()[-1] and "% of the operations interpolated" in shown.out


def test_a_table_that_is_there_is_not_measured_over(command, here, timed):
    (here / "ops.json").write_text("mine")
    result = command("latency", "--space", "tiny", "--table", "ops.json")
    assert result.status == 2 and "ops.json is there already" in result.err
    assert (here / "ops.json").read_text() == "mine"


def test_a_disk_that_fills_leaves_no_table(command, here, timed, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "ops.json")

    monkeypatch.setattr("os.replace", full)
    result = command("latency", "--space", "tiny", "--table", "ops.json", "--samples", 2)
    assert (result.status, result.err.splitlines()[-1]) == (1, "nas: ops.json: No space left on device")
    assert list(here.iterdir()) == []


def test_a_search_by_latency_measures_each_network_and_tells_it_in_the_front_and_the_table(command, space, timed):
    asked = ("--allow-code", "--set", "objectives=[error, latency_ms]")
    assert command("search", space, "--runner", "inline", "--out", "run", *asked).status == 0
    run = Run.open("run", allow_code=True)
    trained = [trial for trial in run.trials if trial.state == "finished"]
    assert trained and all(trial.metrics["latency_ms"] == 3.0 for trial in trained)
    assert [trial.number for trial in run.front] == [run.best.number]
    shown = command("show", "run", "--allow-code").out.splitlines()
    assert shown[0].split()[:4] == ["trial", "state", "error", "latency_ms"]
    assert "latency_ms 3" in command("show", "run", "best", "--allow-code").out


def test_a_search_within_a_predicted_latency_keeps_its_table_and_goes_on_without_the_file(command, space, timed):
    command("latency", "--space", space, "--table", "ops.json", "--samples", 4, "--allow-code")
    asked = ("--allow-code", "--set", "latency={table: ops.json}", "--set", "objectives=[error, predicted_latency_ms]")
    result = command(
        "search", space, "--runner", "inline", "--out", "run", *asked, "--set", "budget={params: 20k, latency_ms: 1000}"
    )
    assert result.status == 0, result.err
    Path("ops.json").unlink()
    assert command("resume", "run", "--runner", "inline", "--trials", 5, "--allow-code").status == 0
    run = Run.open("run", allow_code=True)
    finished = [trial for trial in run.trials if trial.state == "finished"]
    assert len(finished) == 5
    table = run.space.latency_table
    assert table is not None
    assert all(t.metrics["predicted_latency_ms"] == table.predicted_ms(run.genome(t)) <= 1000 for t in finished)


def test_a_changed_table_is_noticed_before_a_run_goes_on(command, space, timed):
    command("latency", "--space", space, "--table", "ops.json", "--samples", 2, "--allow-code")
    command("search", space, "--runner", "inline", "--out", "run", "--allow-code", "--set", "latency={table: ops.json}")
    kept = Path("run/latency-table.json")
    kept.write_text(kept.read_text().replace('"batch": 1', '"batch": 2'))
    result = command("resume", "run", "--runner", "inline", "--trials", 5, "--allow-code")
    assert result.status == 2 and "latency.table (the file)" in result.err


def test_a_search_whose_table_is_not_there_ends_before_it_begins(command, space, here):
    result = command("search", space, "--out", "run", "--allow-code", "--set", "latency={table: none.json}")
    assert result.status == 2 and f"--set latency: latency.table: {here / 'none.json'}: no such file" in result.err
    assert not (here / "run").exists()
