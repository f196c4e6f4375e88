"""Each shipped space: random genomes within the budget, whose costs are those that torch counts."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from nas import shipped
from nas.genome import Genome
from nas.network import build
from nas.space import SearchSpace, load
from nas.space.check import check
from nas.space.check_edits import EditsReport
from nas.space.drawing import RandomTrial

DRAWN = 200
COUNTED = 20  # of them by torch as well: with all of them, which agree too, this takes two minutes
SHAPES = {"digits": (1, 8, 8), "cifar10": (3, 32, 32)}


def bound(name: str) -> SearchSpace:
    space = load(name)
    return space.bound(input_shape=SHAPES[space.file.data.name], classes=10)


def counted(genome: Genome) -> tuple[int, int]:
    """Params and macs as torch counts them, of the network on no device."""
    network: nn.Module = build(genome).to("meta").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.empty(1, *genome.input_shape, device="meta"))
    return sum(p.numel() for p in network.parameters()), counter.get_total_flops() // 2


@pytest.mark.parametrize("name", shipped.names("search_spaces"))
def test_random_genomes_are_within_the_budget_and_cost_what_torch_counts(name: str) -> None:
    space = bound(name)
    budget = space.file.budget
    found: dict[str, Genome] = {}
    for seed in range(DRAWN):
        genome = space.genome(RandomTrial(seed))  # nothing that is shipped is over its budget at any width
        assert budget.params is None or genome.params <= budget.params
        assert budget.macs is None or genome.macs <= budget.macs
        found[genome.fingerprint] = genome
    for genome in list(found.values())[:COUNTED]:
        assert (genome.params, genome.macs) == counted(genome)


@pytest.mark.parametrize("name", shipped.names("search_spaces"))
def test_the_comment_names_a_paper_and_the_size(name: str) -> None:
    comment = [line for line in shipped.find("search_spaces", name).read_text().splitlines() if line.startswith("#")]
    assert "arXiv:" in "".join(comment)
    report = check(bound(name))
    size = f"{sum(report.sites.values())} changes" if isinstance(report, EditsReport) else f"{report.genomes} genomes"
    assert re.search(rf"\b{size}", " ".join(line.strip("# ") for line in comment))
    assert load(name).file.about
