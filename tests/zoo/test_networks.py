"""Every network of the catalogue as torch has it: what the genome counts is what the network holds and does."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nas.genome import Genome
from nas.network import build
from nas.zoo import Entry, entries

ENTRIES = list(entries())
NAMES = [entry.name for entry in ENTRIES]


def smallest(entry: Entry) -> Genome:
    """The network for the smallest square image that it admits."""
    channels, *sides = entry.genome.input_shape
    for side in range(1, max(sides) + 1):
        try:
            return entry.build(input_shape=(channels, side, side))
        except ValueError:
            continue
    raise AssertionError(f"{entry.name} admits no image up to its own size")


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_the_state_dict_holds_what_the_genome_counts_and_the_gradient_reaches_all_of_it(entry: Entry) -> None:
    genome = smallest(entry)
    network = build(genome).to("meta")
    assert sum(weight.numel() for weight in network.parameters()) == genome.params + genome.auxiliary_params
    answers = network(torch.empty(2, *genome.input_shape, device="meta"))
    answers = answers if isinstance(answers, tuple) else (answers,)
    assert [tuple(answer.shape[1:]) for answer in answers] == [genome.shapes[name] for name in genome.outputs]
    torch.cat([answer.flatten() for answer in answers]).sum().backward()
    assert all(weight.grad is not None for weight in network.parameters())


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_torch_counts_the_same_macs_at_the_published_size(entry: Entry) -> None:
    genome = entry.genome
    network = build(genome).to("meta").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.empty(1, *genome.input_shape, device="meta"))
    # torch counts the auxiliary heads too
    assert counter.get_total_flops() == 2 * sum(genome.facts(node.name).macs for node in genome.nodes)
    if len(genome.outputs) == 1:
        assert counter.get_total_flops() == 2 * genome.macs
