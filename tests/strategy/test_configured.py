"""The options of a strategy: by name, of their kind, and where they stand in a file."""

from __future__ import annotations

import pytest

import nas
from nas.errors import DocumentError, InputError
from nas.prepare import prepare
from nas.strategy import View, configured
from nas.strategy.directed import Directed

VIEW = View(lambda trial: None)


def test_options_reach_the_strategy():
    sampler = configured("evolution", {"population": 50, "crossover": 1})(0, VIEW)
    assert isinstance(sampler, Directed)
    assert (sampler._rule.population, sampler._rule.crossover) == (50, 1)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("evolution", {"populaton": 50}, "'evolution' has no option 'populaton'; did you mean 'population'?"),
        ("local", {"start": 1}, "'local' has no option 'start'; it has none"),
        ("tpe", {"window": 1}, "'tpe' has no option 'window'; known: startup"),
        ("evolution", {"population": "many"}, "'population' of 'evolution' is such as 30, got 'many'"),
        ("evolution", {"population": True}, "'population' of 'evolution' is such as 30, got True"),
    ],
)
def test_what_a_strategy_does_not_know_is_refused(name, options, text):
    with pytest.raises(InputError) as caught:
        configured(name, options)
    assert str(caught.value) == text


def test_the_error_names_the_place_in_the_file():
    with pytest.raises(DocumentError, match=r"options\.population: tournament must lie from 1 to the population, 5, got 10"):
        prepare("tiny", overrides=["strategy.name=evolution", "strategy.options.population=5"])
    assert nas.load("tiny", overrides=["strategy.options.population=5"]).file.strategy.options == {"population": 5}
