"""The share of each stage."""

from __future__ import annotations

import time

import pytest
import torch

from nas.explanation.shares import stage_shares


def test_shares_are_those_of_the_genomes_parts_and_times_add_up(made):
    subject = made("merge-and-run")
    found = stage_shares(subject)
    parts = {part.name: part for part in subject.genome.parts}
    assert [stage.name for stage in found] == ["stem", "stage1", "stage2", "head"]
    assert [stage.params for stage in found] == [parts[stage.name].params for stage in found]
    assert sum(stage.params for stage in found) == subject.genome.params
    assert sum(stage.macs_share for stage in found) == pytest.approx(1)
    assert sum(stage.time_share for stage in found) == pytest.approx(1)
    assert all(stage.ms > 0 for stage in found)


def test_a_stage_that_sleeps_has_the_time(made, monkeypatch):
    subject = made("residual")
    plain = type(subject).network

    def slow(self, genome):
        network = plain(self, genome)
        network.stage2.block1.conv1.register_forward_hook(lambda *_: time.sleep(0.2))
        return network

    monkeypatch.setattr(type(subject), "network", slow)
    monkeypatch.setattr("nas.explanation.shares.PASSES", 3)
    found = {stage.name: stage for stage in stage_shares(subject)}
    assert found["stage2"].ms >= 200
    assert found["stage2"].time_share > 0.5


def test_the_network_that_is_timed_stays_as_it_is(made):
    subject = made("residual")
    before = {key: value.clone() for key, value in subject.state.items()}
    stage_shares(subject)
    assert all(torch.equal(value, before[key]) for key, value in subject.state.items())
