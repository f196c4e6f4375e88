"""A probe changes nothing, and is there to be hooked."""

from __future__ import annotations

import torch

from nas.explanation.probes import probed_behind, probed_inputs
from nas.network.build import state_name


def test_a_network_with_probes_computes_what_it_computed_in_training_too(made):
    subject = made("merge-and-run")
    joins = {node.name: None for node in subject.genome.nodes if len(node.inputs) > 1}
    for genome, probes in (probed_inputs(subject.genome, joins), probed_behind(subject.genome, {"stem/act", "input"})):
        x, _ = subject.batches[0]
        for training in (False, True):
            plain, probed = (subject.network(each).train(training) for each in (subject.genome, genome))
            assert torch.equal(plain(x), probed(x))
        modules = dict(subject.network(genome).named_modules())
        assert probes and all(state_name(probe) in modules for probe in probes.values())


def test_each_input_of_a_join_has_a_probe_of_its_own(made):
    genome, probes = probed_inputs(made("residual").genome, {"stage1/block1/sum": None})
    assert genome["stage1/block1/sum"].inputs == (probes["stage1/block1/sum", 0], probes["stage1/block1/sum", 1])
    assert genome[probes["stage1/block1/sum", 1]].inputs == ("stem/act",)


def test_all_that_read_a_node_read_the_probe_behind_it(made):
    genome, probes = probed_behind(made("residual").genome, {"stem/act"})
    assert genome["stage1/block1/conv1"].inputs == (probes["stem/act"],)
    assert genome["stage1/block1/sum"].inputs[1] == probes["stem/act"]
