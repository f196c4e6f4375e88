"""Gradients along single paths, and what all paths of a length bring."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from by_hand import function, head, stem

from nas.explanation.gradients import Gated, Length, by_length, effective, middle
from nas.explanation.routes import Routes

JOINS = ("stage1/block1/sum", "stage1/block2/sum")


@pytest.mark.parametrize("through", [(), (1,), (2,), (1, 2)])
def test_the_gradient_along_a_path_is_that_of_a_network_written_by_hand(made, through):
    subject = made("residual", widths=(4,))
    x, y = subject.batches[0]
    image = x.clone().requires_grad_()
    line = stem(image, subject.state, training=True)
    for block in (1, 2):
        inner = function(line, subject.state, block, training=True)
        line = torch.relu(inner + line.detach() if block in through else inner.detach() + line)
    loss = F.cross_entropy(head(line, subject.state), y, reduction="sum")
    (expected,) = torch.autograd.grad(loss, image)
    # A sum takes the function first and its line second.
    path = {join: 0 if block in through else 1 for block, join in enumerate(JOINS, start=1)}
    (found,) = Gated(subject, Routes(subject.genome)).gradients(x, y, [path])
    assert expected.abs().max() > 1e-4
    assert torch.allclose(found, expected, atol=1e-5 * float(expected.abs().max()) + 1e-7)


@pytest.mark.parametrize("connect", ["residual", "merge-and-run"])
def test_the_gradients_along_all_paths_add_up_to_the_whole(made, connect):
    subject = made(connect, depth=1)
    routes = Routes(subject.genome)
    x, y = subject.batches[0]
    image = x.clone().requires_grad_()
    network = subject.network(subject.genome).train()
    (whole,) = torch.autograd.grad(F.cross_entropy(network(image), y, reduction="sum"), image)
    paths = list(every_path(routes, routes.genome.outputs[0]))
    assert len(paths) == sum(routes.numbers.values())
    total = torch.stack(Gated(subject, routes).gradients(x, y, paths)).sum(0)
    assert torch.allclose(total, whole, atol=1e-4 * float(whole.abs().max()))


def every_path(routes, name):
    """All paths to a node, listed."""
    if not routes.genome[name].inputs:
        yield {}
    elif name not in routes.joins:
        yield from every_path(routes, routes.genome[name].inputs[0])
    else:
        for place, step in enumerate(routes.joins[name]):
            for path in every_path(routes, step.source):
                yield {**path, name: place}


def test_every_length_is_measured_and_the_same_seed_measures_the_same(made):
    subject = made("residual")
    routes = Routes(subject.genome)
    found = by_length(subject, routes, draws=3, seed=0)
    assert [each.blocks for each in found] == [0, 1, 2, 3, 4] and [each.number for each in found] == [1, 4, 6, 4, 1]
    assert all(each.gradient > 0 and each.deviation is not None for each in found)
    assert sum(each.gradient_share for each in found) == pytest.approx(1)
    assert found == by_length(subject, routes, draws=3, seed=0) != by_length(subject, routes, draws=3, seed=1)


def test_the_weights_and_the_global_generator_stay_as_they_were(made):
    subject = made("residual")
    state, before = {key: value.clone() for key, value in subject.state.items()}, torch.get_rng_state()
    by_length(subject, Routes(subject.genome), draws=2, seed=0)
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(subject.state[key], value) for key, value in state.items())


def test_the_effective_share_is_the_number_of_paths_times_the_gradient_of_one():
    found = effective({0: 1, 1: 2, 2: 1}, {0: [3.0, 5.0], 1: [1.0], 2: [2.0]})
    assert found[0] == Length(0, 1, 0.25, 4.0, 1.0, 0.5)
    assert [each.gradient_share for each in found] == [0.5, 0.25, 0.25]


def test_a_length_between_two_that_were_measured_has_their_geometric_mean():
    found = effective({0: 1, 1: 2, 2: 1}, {0: [1.0], 2: [0.01]})
    assert found[1].gradient == pytest.approx(0.1) and found[1].deviation is None


def test_numbers_of_paths_beyond_what_a_float_holds_are_fine():
    found = effective({0: 1, 1: 2**1200, 2: 2**1200}, {0: [1.0], 1: [1.0], 2: [3.0]})
    assert [each.gradient_share for each in found] == pytest.approx([0, 0.25, 0.75])


def test_the_middle_leaves_a_fortieth_out_at_each_end():
    shares = [0.02, 0.38, 0.4, 0.18, 0.02]
    found = middle([Length(at, 1, 0.2, 1.0, 0.0, share) for at, share in enumerate(shares)])
    assert found is not None and (found.shortest, found.longest, found.share) == (1, 3, pytest.approx(0.6))
    assert middle([Length(0, 1, 1.0, 0.0, 0.0, 0.0)]) is None
