"""Results of other runs are found by network, of several the first."""

from __future__ import annotations

import pytest

from nas.errors import SearchError
from nas.genome import Genome
from nas.genome.packed import pack
from nas.study.decisions.reusable import Reusable, Reused
from nas.study.trial import Trial
from nas.zoo import load


@pytest.fixture
def genome() -> Genome:
    return load("zoo:resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10)")


def result(origin: str, genome: Genome, fingerprint: str | None = None) -> Reused:
    return Reused(origin, fingerprint or genome.fingerprint, pack(genome.to_dict()), {"error": 0.5}, {})


def test_a_network_is_found_and_of_several_results_the_first(genome):
    reusable = Reusable([result("run a, trial 1", genome), result("run b, trial 2", genome)])
    assert reusable.find(genome) == "run a, trial 1"
    assert reusable.of(Trial(0, "running", reused="run b, trial 2")).origin == "run b, trial 2"


def test_another_network_is_not_found_even_under_the_same_fingerprint(genome):
    other = load("zoo:resnet_cifar(depth=14, input_shape=(1, 8, 8), classes=10)")
    assert Reusable([result("a", other)]).find(genome) == ""
    assert Reusable([result("a", other, fingerprint=genome.fingerprint)]).find(genome) == ""
    assert Reusable().find(genome) == ""


def test_a_result_that_was_not_given_is_named(genome):
    with pytest.raises(SearchError, match="trial 4 has the result of run a, trial 1, and the search was not given it"):
        Reusable().of(Trial(4, "running", reused="run a, trial 1"))
