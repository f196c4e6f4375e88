"""What a page is made of, from a run."""

from __future__ import annotations

import pytest

import nas
from nas.genome import Genome
from nas.report import contents, page
from nas.study import Run
from nas.testing.simulated import made_up_error, simulate


def made(folder, trials, *overrides):
    wide = ["network.depth={int: [1, 8]}", "network.width={int: [2, 40]}", "network.stages={int: [1, 3]}", "budget.params=90k"]
    space = nas.load("tiny", overrides=[f"strategy.trials={trials}", "strategy.name=evolution", *wide, *overrides])
    run = Run.create(folder / "run", space.bound(input_shape=(1, 8, 8), classes=10))
    simulate(run.search(), workers=1, seconds=lambda trial: 60.0, result=made_up_error)
    return Run.open(run.folder)


def test_beside_the_summary_stand_genomes_importance_published_networks_and_where_it_ran(tmp_path):
    run = made(tmp_path, 16)
    data = contents(run)
    assert [Genome.from_dict(genome).params for genome in data["genomes"].values()] == [
        run.trial(number).params for number in data["genomes"]
    ]
    assert next(iter(data["genomes"])) == run.best.number
    assert sum(data["importance"].values()) == pytest.approx(1)
    assert data["published"][0]["name"] == "mobilenet_v1-0.25-224"  # 215k, the nearest to 90k at 8x8
    assert (data["seed"], data["environment"]["machine"]["processor"]) == (
        0,
        run.store.about()["environment"]["machine"]["processor"],
    )


def test_without_a_finished_trial_there_is_a_page_that_says_so(tmp_path):
    space = nas.load("tiny").bound(input_shape=(1, 8, 8), classes=10)
    text = page(contents(Run.create(tmp_path / "run", space)))
    assert "No trial has finished yet" in text
    assert "There are no trials yet" in text
