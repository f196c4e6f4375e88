"""Tables of operations are measured: which calls, on what, and what is fitted to whole networks."""

from __future__ import annotations

import pytest
import torch

from nas.errors import SpaceError
from nas.genome import ops
from nas.latency import operations
from nas.latency.operations import alone, fitted, measured_table, sampled
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities
from nas.space import load
from nas.space.latency_table import LatencyTable, calls_of
from nas.stopwatch import Timing

RESIDUAL = connectivities.get("residual")


def network(depth: int, width: int):
    stages = (Stage(depth, width, blocks.get("basic"), RESIDUAL),) * 2
    return compose(Staged(Stem(width), stages), input_shape=(1, 8, 8), classes=3).genome()


def test_each_distinct_call_is_timed_once(monkeypatch):
    """A deeper network of the same width calls nothing new."""
    counted = []

    def timed(passes, **_):
        counted.append(len(passes))
        for once in passes:
            once()
        return [Timing(2.0, 0.0, 1.0, 1.5, 50, True) for _ in passes]

    monkeypatch.setattr(operations, "timed", timed)
    shallow, deep = network(2, 4), network(5, 4)
    table = measured_table([shallow, deep])
    assert counted == [len(set(calls_of(shallow))), 2]
    assert set(table.calls) == set(calls_of(deep)) and set(table.calls.values()) == {1.5}


def test_a_call_alone_computes_what_its_operation_computes():
    """Every kind: a layer with weights, and functions of one input and of several."""
    assert alone((ops.Conv2d(5, stride=2), ((3, 8, 8),)), batch=2, device="cpu")().shape == (2, 5, 4, 4)
    relu = alone((ops.Activation("relu"), ((3, 8, 8),)), batch=2, device="cpu")
    assert relu().min() == 0 and torch.equal(relu(), relu())
    joined = alone((ops.Concat(), ((3, 8, 8), (2, 8, 8), (1, 8, 8))), batch=1, device="cpu")()
    assert joined.shape == (1, 6, 8, 8)
    total = alone((ops.Add(), ((3, 8, 8), (3, 8, 8))), batch=1, device="cpu")
    assert torch.equal(total(), total())  # its inputs stay as they are, pass after pass


def test_weights_hold_no_denormal_numbers_which_are_slow():
    once = alone((ops.Conv2d(64), ((32, 8, 8),)), batch=1, device="cpu")
    module = next(cell.cell_contents for cell in once.__closure__ if isinstance(cell.cell_contents, torch.nn.Module))
    smallest = min(float(weight.detach().abs().min()) for weight in module.parameters())
    assert smallest > torch.finfo(torch.float32).tiny


def test_the_fit_finds_the_constants_that_made_the_numbers():
    """Four networks that take 0.5 ms, 0.02 ms a call, and 1.5 times their operations."""
    genomes = [network(depth, width) for depth, width in ((1, 4), (2, 4), (1, 16), (4, 8))]
    alone_ms = {call: 0.001 * (1 + n * n % 17) for n, call in enumerate(dict.fromkeys(c for g in genomes for c in calls_of(g)))}
    table = LatencyTable(alone_ms)
    measured = [0.5 + 0.02 * len(calls_of(g)) + 1.5 * table.predicted_ms(g) for g in genomes]
    found = fitted(table, genomes, measured)
    assert (found.constant_ms, found.call_ms, found.scale) == pytest.approx((0.5, 0.02, 1.5))
    assert [found.predicted_ms(genome) for genome in genomes] == pytest.approx(measured)


def test_no_constant_is_below_zero():
    """Measured less than the operations alone: the factor says so, and no negative constant."""
    genomes = [network(depth, 4) for depth in (1, 2, 3, 4)]
    table = LatencyTable({call: 1.0 for genome in genomes for call in calls_of(genome)})
    found = fitted(table, genomes, [0.5 * len(calls_of(genome)) - 2 for genome in genomes])
    assert min(found.constant_ms, found.call_ms, found.scale) >= 0


def test_genomes_are_drawn_by_the_seed_each_once():
    space = load("tiny").bound(input_shape=(1, 8, 8), classes=10)
    first, again, other = (sampled(space, 10, seed=seed) for seed in (0, 0, 1))
    assert first == again != other
    assert len({genome.fingerprint for genome in first}) == len(first) == 10


def test_a_space_that_nothing_of_fits_its_budget_says_so():
    space = load("tiny", overrides=["budget.params=10"]).bound(input_shape=(1, 8, 8), classes=10)
    with pytest.raises(SpaceError, match="100 random draws of 'tiny' met the budget not once"):
        sampled(space, 2, seed=0)
