"""What the page says of scores that need no training, of lineage, and of trials that wait or were passed over."""

from __future__ import annotations

import re
from html import unescape

from nas.report.page import page


def trial(number, *, state="finished", error=0.1, **more):
    metrics = {"error": error} if state in ("finished", "paused") else {}
    costs = {"params": 100 + number, "macs": 900 - number, "depth": 8, "choices": {"block": "basic"}}
    return {"number": number, "state": state, "metrics": metrics, "seconds": 1.0, **costs, **more}


def row(score, correlation=None, low=None, high=None, reason=""):
    return {"score": score, "networks": 24, "correlation": correlation, "low": low, "high": high, "reason": reason}


def run(*trials, **more):
    return {"run": "results/first", "objectives": ["error"], "trials": list(trials), **more}


def section(text, title):
    """The cells of the first table under a title, row by row, as they are read."""
    found = text.partition(f"<h2>{title}</h2>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr.*?</tr>", found, re.S)
    return [[unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows]


AGREEMENT = {
    "metric": "error",
    "aim": "low error",
    "rows": [row("naswot", 0.614, 0.27, 0.82), row("params", -0.5, -0.76, -0.11), row("macs", reason="all values are equal")],
}


def test_scores_stand_beside_params_and_macs_with_their_correlation():
    assert section(page(run(trial(0), agreement=AGREEMENT)), "Scores against results") == [
        ["score", "rank correlation with low error", "95 % interval", "networks", ""],
        ["naswot", "0.61", "0.27 to 0.82", "24", ""],
        ["params", "-0.50", "-0.76 to -0.11", "24", ""],
        ["macs", "-", "", "24", "all values are equal"],
    ]


def test_a_page_without_scores_has_no_table_of_them():
    assert "Scores against results" not in page(run(trial(0)))
    assert "Scores against results" not in page(run(trial(0), agreement=None))


def test_the_names_of_scores_are_escaped():
    text = page(run(trial(0, scores={"<i>": 1.0}), agreement={"metric": "e", "aim": "<b>", "rows": [row("<i>", 0.5, 0.1, 0.8)]}))
    assert "<i>" not in text and "<b>" not in text


def test_the_best_trials_have_their_scores_behind_macs():
    head, first = section(page(run(trial(0, scores={"naswot": 321.4}))), "The best trials")
    assert head[:6] == ["trial", "error", "params", "macs", "naswot", "depth"]
    assert first[:5] == ["#0", "10 %", "100", "900", "321"]


def test_a_trial_that_began_with_the_weights_of_another_names_it():
    text = page(run(trial(0, error=0.2), trial(7, error=0.1, inherits=0)))
    rows = section(text, "The best trials")
    place = rows[0].index("inherits")
    assert [line[place] for line in rows[1:]] == ["#0", ""]
    assert "final trainings start from scratch" in text
    assert "inherits" not in page(run(trial(0)))


def test_paused_trials_are_hollow_and_not_among_the_best():
    text = page(run(trial(0), trial(1, state="paused", error=0.01, curve=[[4, {"error": 0.01}]])))
    dots = dict(re.findall(r"<title>trial (\d)[^<]*</title><path class=\"([^\"]*)\"", text))
    assert ("hollow" in dots["1"], "hollow" in dots["0"]) == (True, False)
    assert [line[0] for line in section(text, "The best trials")[1:]] == ["#0"]
    assert "2 trials: 1 finished, 1 paused" in text


def test_screened_trials_are_counted_together_whatever_their_scores():
    reasons = ("its zen is -1.5e+02, and 30 that of trial 0", "its zen is 2, and 31.25 that of trial 7")
    screened = [trial(n, state="screened", reason=reason) for n, reason in enumerate(reasons, start=1)]
    cells = section(page(run(trial(0), *screened)), "What did not finish")[1]
    assert cells == ["screened", "its zen is …, and … that of trial …", "2", "#1, #2"]


def test_why_a_search_ended_early_is_told():
    assert "; ended early (nothing new)" in page(run(trial(0), ended="nothing new"))
    assert "ended early" not in page(run(trial(0), ended=None))


def test_of_a_maximised_objective_the_highest_is_the_best():
    trials = [trial(n, metrics={"naswot": value}) for n, value in enumerate((1.0, 3.0, 2.0))]
    text = page(run(*trials, objectives=["naswot"], directions=["maximize"]))
    assert [line[0] for line in section(text, "The best trials")[1:]] == ["#1", "#2", "#0"]
