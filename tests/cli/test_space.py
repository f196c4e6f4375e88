"""nas space: looking at search spaces before anything is searched."""

from __future__ import annotations

import json

from nas import shipped
from nas.genome import Genome


def test_the_shipped_spaces_are_listed_with_what_they_ask(command):
    rows = json.loads(command("space", "list", "--json").out)
    assert [row["name"] for row in rows] == shipped.names("search_spaces")
    assert all(row["about"] for row in rows)


def test_samples_are_genomes_within_the_budget(command, space):
    samples = json.loads(command("space", "sample", space, "-n", 20, "--json").out)
    assert len(samples) == 20
    for sample in samples:
        genome = Genome.from_dict(sample["genome"])
        assert (genome.params, genome.macs, genome.depth) == (sample["params"], sample["macs"], sample["depth"])
        assert genome.params <= 20_000


def test_a_seed_repeats_its_samples(command, space):
    first, again, other = (command("space", "sample", space, "--seed", seed).out for seed in (1, 1, 2))
    assert first == again != other


def test_samples_are_of_the_data_sets_images(command, space):
    (sample,) = json.loads(command("space", "sample", space, "-n", 1, "--json").out)
    assert Genome.from_dict(sample["genome"]).input_shape == (1, 8, 8)


def test_a_space_is_checked_without_its_data(command, here):
    (here / "mine.yaml").write_text("name: mine\ndata: {name: npz, path: nowhere.npz}\n")
    result = command("space", "sample", "mine.yaml", "-n", 1, "--json")
    assert result.err.startswith("warning: the data set is not here (mine.yaml:2:25: data.path: ")
    assert Genome.from_dict(json.loads(result.out)[0]["genome"]).input_shape == (3, 32, 32)


def test_draws_over_budget_are_said(command, space):
    result = command("space", "sample", space, "--set", "budget.params=100")
    assert (result.status, result.err.count("over budget")) == (0, 5)


def test_checking_a_space_says_its_costs(command, space):
    result = command("space", "check", space, "--json")
    assert result.status == 0
    assert isinstance(json.loads(result.out), dict)


def test_checking_a_space_prints_text(command, space):
    assert "cheapest" in command("space", "check", space).out


def test_a_schema_is_one_json_document(command):
    for kind in ("search_space", "runner"):
        assert json.loads(command("space", "schema", kind).out)["type"] == "object"


def test_an_unknown_kind_of_schema_is_refused(command):
    result = command("space", "schema", "runers")
    assert (result.status, result.err) == (2, "nas: 'runers' is not a kind of file; did you mean 'runner'?\n")
