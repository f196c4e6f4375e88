"""Scores that a search asks for: an unknown one, or one that nothing could be computed on, is refused before anything starts."""

from __future__ import annotations

import re

import pytest


def test_an_unknown_score_is_answered_with_its_place_and_the_nearest(command, space):
    text = space.read_text().replace("{name: random, trials: 4, seed: 5}", "{name: random, scores: [params, naswt]}")
    space.write_text(text)
    line = text[: text.index("naswt")].count("\n") + 1
    column = len(text[: text.index("naswt")].splitlines()[-1]) + 1
    result = command("search", space, "--dry-run")
    place = f"{space}:{line}:{column}: strategy.scores.1"
    assert (result.status, result.err) == (2, f"nas: {place}: 'naswt' is not a score; did you mean 'naswot'?\n")


def test_what_a_prefilter_goes_by_is_a_score_too(command, space):
    result = command("search", space, "--dry-run", "--set", "strategy.prefilter={of: 5, by: synflo}")
    said = "--set strategy.prefilter: strategy.prefilter.by: 'synflo' is not a score; did you mean 'synflow'?"
    assert (result.status, result.err) == (2, f"nas: {said}\n")


@pytest.mark.parametrize("setting", ["strategy.scores=[macs, snip]", "strategy.prefilter={by: snip}"])
def test_a_table_has_no_images_to_score_on(command, here, setting):
    result = command("search", "nasbench201-tiny", "--dry-run", "--set", setting)
    assert result.status == 2
    assert "'snip' needs images, which a table has not; params and macs need none" in result.err


@pytest.mark.parametrize("setting", ["strategy.scores=[macs, params]", "strategy.prefilter={by: params}"])
def test_params_and_macs_need_no_images(command, here, setting):
    assert command("search", "nasbench201-tiny", "--dry-run", "--set", setting).status == 0


def test_every_score_that_is_known_may_be_asked_for(command, space):
    from nas.evaluate.zero_cost import known

    asked = ", ".join(known())
    assert command("search", space, "--dry-run", "--set", f"strategy.scores=[{asked}]").status == 0


def test_a_search_shows_its_scores_with_params_and_macs_and_how_they_agree(command, space):
    asked = ["--set", "strategy.scores=[synflow]", "--set", "strategy.prefilter={of: 2, by: naswot}"]
    assert command("search", space, "--runner", "inline", "--out", "run", "--trials", 6, *asked).status == 0
    out = command("show", "run").out
    assert out.split()[:7] == ["trial", "state", "error", "params", "macs", "naswot", "synflow"]
    assert "not trained: 6 screened" in out
    # The error of `instant:by_cost` falls with params.
    assert re.search(r"low error over 6 networks: synflow -?[\d.]+, naswot -?[\d.]+, params 1\.00, macs [\d.]+\.", out)
