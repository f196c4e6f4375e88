"""What leaderboards and details say of scores, of lineage, and of trials that wait or were passed over."""

from __future__ import annotations

import json
import re

import pytest
from holding_runs import holding, scored, trial

from nas.cli import runs as commands
from nas.cli.leaderboard import details, leaderboard, overview
from nas.study import Run
from nas.study.summary import summary


@pytest.fixture
def run(finished) -> Run:
    return Run.open(finished)


def head_of(text: str) -> list[str]:
    return text.splitlines()[0].split()


def test_scores_have_columns_beside_params_and_macs(run):
    text = leaderboard(holding(run, *scored(6)), limit=None, width=130)
    assert head_of(text)[2:9] == ["error", "params", "macs", "naswot", "snip", "zen", "depth"]
    assert text.splitlines()[1].split()[1:8] == ["finished", "45.00", "%", "4,005", "249,995", "305.5", "35.25"]


def test_params_and_macs_have_no_second_column(run):
    trials = [trial(n, scores={"params": 4_000.0 + n, "naswot": 1.5}) for n in range(6)]
    assert head_of(leaderboard(holding(run, *trials), limit=None, width=130)).count("params") == 1


def test_a_run_without_scores_has_no_columns_for_them(run):
    assert head_of(leaderboard(holding(run, trial(0)), limit=None, width=80)) == [
        *("trial", "state", "error", "params", "macs", "depth", "choices"),
    ]


def test_what_a_narrow_terminal_has_no_room_for_is_named(run):
    text = leaderboard(holding(run, *scored(6)), limit=None, width=80)
    assert "naswot" in head_of(text) and "zen" not in head_of(text)
    assert "no room for snip, zen; --json has all" in text


def test_the_score_of_the_prefilter_comes_first(run):
    text = leaderboard(holding(run, *scored(6), overrides=("strategy.prefilter={by: zen}",)), limit=None, width=80)
    assert head_of(text)[5] == "zen"


def test_where_there_is_no_terminal_every_score_has_its_column(run):
    trials = [trial(n, scores={f"score{m}": float(m) for m in range(8)}) for n in range(3)]
    assert head_of(leaderboard(holding(run, *trials), limit=None, width=None))[5:13] == [f"score{m}" for m in range(8)]


@pytest.mark.parametrize("width", [60, 80, 100, 130])
def test_no_line_is_wider_than_the_terminal(run, width):
    trials = [*scored(6), trial(6, "paused", epochs=12, inherits=3), trial(7, "failed", reason="error: " + 50 * "long ")]
    text = leaderboard(holding(run, *trials), limit=3, width=width)
    assert max(map(len, text.splitlines())) <= width


def test_the_overview_says_how_scores_and_size_agree_with_results(run):
    text = overview(holding(run, *scored(6)), limit=None, width=80)
    line = "Rank correlation (Spearman) with low error over 6 networks: naswot 1.00, snip -1.00, "
    assert line + "zen - (all values are equal), params 1.00, macs -1.00." in text


def test_too_few_networks_are_told_in_the_overview(run):
    text = overview(holding(run, *scored(4)), limit=None, width=80)
    assert "with low error yet: it needs 5 networks, and there are 4." in text


def test_a_run_without_scores_says_nothing_of_correlations(run):
    assert "correlation" not in overview(holding(run, *(trial(n) for n in range(9))), limit=None, width=80)


def test_the_details_of_a_trial_have_its_scores_and_how_they_agree(run):
    trials = scored(6)
    lines = details(holding(run, *trials), trials[2], width=80).splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("scores"))
    assert lines[place] == "scores       naswot 302.5, snip 38.25, zen 1.5, params 4,002, macs 249,998"
    assert lines[place + 1].startswith("             Rank correlation (Spearman) with low error over 6 networks: naswot 1.00")


def test_a_paused_trial_stands_behind_those_that_are_done_with_its_epoch(run):
    rows = leaderboard(holding(run, trial(0, "paused", epochs=4), trial(1, error=0.4)), limit=None, width=80).splitlines()
    assert re.match(r" +1\* +finished ", rows[1])
    assert re.match(r" +0 +paused at 4 +12\.50 % ", rows[2])


def test_screened_trials_are_counted_and_not_listed(run):
    text = leaderboard(holding(run, trial(0), trial(1, "screened"), trial(2, "screened")), limit=None, width=80)
    assert "not trained: 2 screened" in text
    assert [line.split()[0] for line in text.splitlines()[:3]] == ["trial", "0*", "*"]


def test_an_inherited_result_is_marked_and_the_mark_explained(run):
    text = leaderboard(holding(run, trial(0, error=0.5), trial(1, error=0.042, inherits=0)), limit=None, width=80)
    first, second = text.splitlines()[1:3]
    assert " 4.20 %^0 " in first and " 50.00 %   " in second
    assert first.index("%") == second.index("%")
    assert "^ started from the weights of that trial; final trainings start from scratch" in text


def test_a_run_without_inheritance_explains_no_mark(run):
    assert "^" not in leaderboard(holding(run, trial(0)), limit=None, width=80)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"parents": [3], "inherits": 3}, "parent 3, starts from the weights of trial 3"),
        ({"parents": [3, 7]}, "parents 3 and 7"),
        ({"parents": [3, 7], "inherits": 7}, "parents 3 and 7, starts from the weights of trial 7"),
    ],
)
def test_the_details_say_where_a_trial_comes_from(run, values, line):
    one = trial(8, **values)
    assert f"lineage      {line}" in details(holding(run, one), one, width=80).splitlines()


def test_a_trial_without_parents_has_no_lineage(run):
    assert "lineage" not in details(holding(run, trial(0)), trial(0), width=80)


def test_the_details_of_a_paused_trial_say_where_it_stands(run):
    one = trial(0, "paused", epochs=4)
    assert details(holding(run, one), one, width=80).splitlines()[0].endswith("paused at 4")


def test_why_a_search_ended_early_is_told(run):
    text = overview(holding(run, trial(0), trial(1, "repeat"), ended="200 proposals brought nothing new"), limit=None, width=80)
    assert "The search ended with 1 of 24 networks (200 proposals brought nothing new)." in text
    assert "The search ended" not in overview(holding(run, trial(0)), limit=None, width=80)


def test_the_summary_has_agreement_states_and_why_it_ended(run):
    trials = [*scored(6), trial(6, "paused"), trial(7, "screened", parents=[1, 2])]
    data = json.loads(json.dumps(summary(holding(run, *trials, ended="no more")), allow_nan=False))
    assert [row["score"] for row in data["agreement"]["rows"]] == ["naswot", "snip", "zen", "params", "macs"]
    assert data["states"] == {"finished": 6, "paused": 1, "screened": 1}
    assert data["ended"] == "no more"
    assert data["trials"][7]["parents"] == [1, 2] and data["trials"][0]["scores"]["zen"] == 1.5


def test_a_run_without_scores_has_no_agreement(run):
    data = summary(holding(run, trial(0)))
    assert (data["agreement"], data["ended"]) == (None, None)


def test_paused_trials_are_counted_apart_in_the_list_of_runs(run):
    row = commands._row(holding(run, trial(0), trial(1, "paused"), trial(2, "stopped"), trial(3, "running")))
    assert (row["trained"], row["paused"], commands._trained(row)) == (2, 1, "2 of 24, 1 paused")
