"""What did not finish, by reason."""

from __future__ import annotations

from run_documents import rows, trial

from nas.report.failures import failures


def test_failures_are_counted_by_reason_the_most_frequent_first():
    failed = [trial(n, state="failed", reason=f"out of memory: 3 GiB\ntrace {n}") for n in range(3)]
    assert rows(failures([trial(9, state="over-budget", reason="params"), *failed]))[1:] == [
        ["failed", "out of memory: 3 GiB", "3", "#0, #1, #2"],
        ["over-budget", "params", "1", "#9"],
    ]


def test_a_run_without_failures_has_no_table_of_them():
    assert failures([trial(0), trial(1, state="stopped")]) == ""


def test_screened_trials_are_counted_together_whatever_their_scores():
    reasons = ("its zen is -1.5e+02, and 30 that of trial 0", "its zen is 2, and 31.25 that of trial 7")
    screened = [trial(n, state="screened", reason=reason) for n, reason in enumerate(reasons, start=1)]
    assert rows(failures(screened))[1] == ["screened", "its zen is …, and … that of trial …", "2", "#1, #2"]


def test_repeats_are_counted_together_whatever_they_repeat():
    repeats = [trial(n, state="repeat", reason=f"the network of trial {n - 1} (finished)") for n in (3, 5)]
    assert rows(failures(repeats))[1] == ["repeat", "the network of trial … (finished)", "2", "#3, #5"]


def test_of_many_trials_ten_are_named():
    (_, row) = rows(failures([trial(n, state="failed", reason="NaN") for n in range(12)]))
    assert row[3].endswith("#9 and 2 more")
