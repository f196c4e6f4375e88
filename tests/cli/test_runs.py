"""nas runs, nas show, nas report: looking at what came out."""

from __future__ import annotations

import json

from nas.study import Run


def test_runs_are_listed_with_their_best(command, finished):
    result = command("runs", finished.parent)
    best = Run.open(finished).best
    head, row = result.out.splitlines()
    assert head.split() == ["run", "space", "trained", "metric", "best"]
    assert row.split()[1:6] == ["quick", "3", "of", "3", "error"]
    assert row.endswith(f"{100 * best.metrics['error']:.2f} %")


def test_no_runs_are_an_empty_list(command, here):
    result = command("runs", "--json")
    assert (result.status, json.loads(result.out)) == (0, [])


def test_a_damaged_run_does_not_hide_the_others(command, own_run, here):
    (here / "broken").mkdir()
    (here / "broken" / "search.yaml").write_text("name: [")
    (here / "broken" / "study.journal").write_text("")
    result = command("runs", here, "--json")
    assert [row["run"] for row in json.loads(result.out)] == [str(own_run)]
    assert result.err.startswith(f"warning: {here}/broken/search.yaml:")


def test_the_leaderboard_is_in_the_order_of_the_first_objective(command, finished):
    lines = command("show", finished).out.splitlines()
    numbers = [int(line.split()[0].rstrip("*")) for line in lines[1:4]]
    errors = [Run.open(finished).trial(number).metrics["error"] for number in numbers]
    assert sorted(numbers) == [0, 1, 2]
    assert errors == sorted(errors)


def test_the_front_is_starred(command, finished):
    first = [line.split()[0] for line in command("show", finished).out.splitlines()[1:4]]
    starred = {int(cell.rstrip("*")) for cell in first if cell.endswith("*")}
    assert starred == {trial.number for trial in Run.open(finished).front}


def test_the_summary_is_one_json_document(command, finished):
    result = command("show", finished, "--json")
    summary = json.loads(result.out)
    assert (result.err, summary["schema"], len(summary["trials"])) == ("", "nas.summary/1", 3)
    assert summary["best"] == Run.open(finished).best.number


def test_one_trial_is_shown_with_cost_curve_and_nodes(command, finished):
    out = command("show", finished, 1).out
    trial = Run.open(finished).trial(1)
    assert f"{trial.params:,} params, {trial.macs:,} macs, depth {trial.depth}" in out
    assert f"fingerprint  {trial.fingerprint}" in out
    rows = [line.split()[0] for line in out.split("\n\n")[1].splitlines()]
    assert rows == ["epoch", "1", "2"]
    nodes = [line.split()[0] for line in out.split("\n\n")[2].splitlines()[1:]]
    assert nodes == [node.name for node in Run.open(finished).genome(trial).nodes]


def test_the_costs_of_the_nodes_add_up_to_the_trial(command, finished):
    trial = Run.open(finished).trial("best")
    rows = command("show", finished, "best").out.split("\n\n")[2].splitlines()
    start, end = rows[0].index("shape"), rows[0].index("inputs")
    numbers = [cell for row in rows[1:] for cell in row[start:end].split()[1:]]
    assert sum(int(cell.replace(",", "")) for cell in numbers) == trial.params + trial.macs


def test_one_trial_as_json_holds_its_genome(command, finished):
    document = json.loads(command("show", finished, 0, "--json").out)
    assert document["genome"] == Run.open(finished).trial(0).genome
    assert [epoch for epoch, _ in document["curve"]] == [1, 2]


def test_a_failed_trial_says_why(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 1, "--set", "evaluator=instant:failing")
    assert "failed (error: RuntimeError: the disk is on fire)" in command("show", "run", 0).out
    assert "(error: RuntimeError: the disk is on fire)" in command("show", "run").out


def test_only_the_best_twenty_are_shown_unless_all_are_asked_for(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 24, "--set", "network.width={int: [4, 200]}",
            "--set", "budget.params=900k")  # fmt: skip
    assert "4 more; nas show run --all" in command("show", "run").out
    assert "more;" not in command("show", "run", "--all").out


def test_the_report_is_one_page_in_the_folder(command, own_run):
    result = command("report", own_run)
    page = (own_run / "report.html").read_text()
    assert (result.status, result.err) == (0, f"wrote {own_run}/report.html\n")
    assert page.startswith("<!doctype html>")
    assert "Best is trial" in page


def test_the_figures_of_a_report_are_files_too(command, own_run, here):
    result = command("report", own_run, "--figures", "drawn")
    names = sorted(path.name for path in (here / "drawn").iterdir())
    assert {"front-params.png", "front-params.svg", "depth.png", "depth.svg", "map.svg"} <= set(names)
    assert result.err.splitlines() == [f"wrote {own_run}/report.html", f"wrote {len(names)} figures to drawn"]


def test_figures_into_a_file_are_refused_before_anything_is_written(command, own_run, here):
    (here / "drawn").touch()
    result = command("report", own_run, "--figures", "drawn")
    assert (result.status, result.err) == (2, "nas: drawn is a file; figures need a folder: name another with --figures\n")
    assert not (own_run / "report.html").exists()


def test_a_report_that_cannot_be_written_is_one_line(command, own_run):
    (own_run / "report.html").mkdir()
    result = command("report", own_run)
    assert (result.status, result.err) == (1, f"nas: {own_run}/report.html: Is a directory\n")


def test_a_run_is_shown_without_its_environment_file(command, own_run):
    (own_run / "environment.json").write_text("{")
    assert command("show", own_run, "--json").status == 0
