"""What the page says of scores that need no training."""

from __future__ import annotations

from run_documents import rows

from nas.report.scores import scores_against_results


def row(score, correlation=None, low=None, high=None, reason=""):
    return {"score": score, "networks": 24, "correlation": correlation, "low": low, "high": high, "reason": reason}


AGREEMENT = {
    "metric": "error",
    "aim": "low error",
    "rows": [row("naswot", 0.614, 0.27, 0.82), row("params", -0.5, -0.76, -0.11), row("macs", reason="all values are equal")],
}


def test_scores_stand_beside_params_and_macs_with_their_correlation():
    assert rows(scores_against_results(AGREEMENT)) == [
        ["score", "rank correlation with low error", "95 % interval", "networks", ""],
        ["naswot", "0.61", "0.27 to 0.82", "24", ""],
        ["params", "-0.50", "-0.76 to -0.11", "24", ""],
        ["macs", "-", "", "24", "all values are equal"],
    ]


def test_without_scores_there_is_no_table_of_them():
    assert scores_against_results(None) == scores_against_results({"rows": []}) == ""
