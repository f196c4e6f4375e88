"""Final trainings."""

from __future__ import annotations

import pytest
from run_documents import rows

from nas.report.final import duration, final_trainings


def test_the_final_result_is_shown_where_there_is_one():
    assert final_trainings(None) == final_trainings({}) == ""
    text = final_trainings({"0": {"metrics": {"test_error": 0.05, "loss": 3}, "seconds": 3.0, "seed": 7}})
    assert rows(text) == [["trial", "test error", "time", "seed"], ["#0", "5 %", "3 s", "7"]]


@pytest.mark.parametrize(("seconds", "told"), [(3.14159, "3.14 s"), (60, "1 min"), (7140, "119 min"), (7200, "2 h 0 min")])
def test_a_duration_is_told_in_the_unit_that_a_person_would_take(seconds, told):
    assert duration(seconds) == told
