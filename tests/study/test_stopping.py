"""Successive halving: rungs, and who goes on."""

from __future__ import annotations

import pytest

from nas.space.settings import StopSettings
from nas.study.stopping import goes_on, rungs

RULE = StopSettings(name="successive-halving", min_epochs=3, factor=3)


def test_rungs_grow_by_the_factor_and_leave_out_the_last_epoch():
    assert rungs(RULE, 81) == [3, 9, 27]
    assert rungs(RULE, 82) == [3, 9, 27, 81]
    assert rungs(StopSettings(), 81) == []


@pytest.mark.parametrize(("value", "expected"), [(0.05, True), (0.25, True), (0.35, False), (0.9, False)])
def test_the_best_third_goes_on(value, expected):
    assert goes_on(RULE, value, [0.1, 0.3, 0.4, 0.5, 0.6]) is expected


def test_fewer_others_than_the_factor_stop_nobody():
    assert goes_on(RULE, 9.0, [0.1, 0.2])
    assert not goes_on(RULE, 9.0, [0.1, 0.2, 0.3])
