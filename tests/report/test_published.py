"""The published networks of about that size."""

from __future__ import annotations

from run_documents import rows, run, trial

from nas import zoo
from nas.report.published import MOST, published, published_table


def test_the_nearest_to_a_budget_of_resnet_20_is_resnet_20_as_it_was_published():
    # He et al. 2016, table 6: 0.27M; 269,722 with its biases of 10 classes on 3 channels (Idelbayev's and torch's count).
    first, *others = published(input_shape=(3, 32, 32), classes=10, near={"params": 270_000.0})
    assert (first["name"], first["depth"]) == ("resnet_cifar-20", 20)
    assert round(first["params"], -4) == 270_000
    assert len(others) == MOST - 1


def test_they_cost_what_they_cost_for_the_images_of_the_run():
    (found,) = [e for e in published(input_shape=(1, 8, 8), classes=7, near={"params": 2.6e5}) if e["name"] == "resnet_cifar-20"]
    genome = zoo.resnet_cifar(depth=20, input_shape=(1, 8, 8), classes=7)
    assert (found["params"], found["macs"], found["depth"]) == (genome.params, genome.macs, genome.depth)


def test_networks_for_larger_images_are_left_out_and_none_comes_twice():
    names = [each["name"] for each in published(input_shape=(1, 8, 8), classes=10, near={"macs": 4e9})]
    assert not any(name.startswith(("vgg", "googlenet")) for name in names)
    # Three variants of "Network in Network" and of what was trained otherwise have these 957,386.
    params = [each["params"] for each in published(input_shape=(1, 8, 8), classes=10, near={"params": 957_386.0})]
    assert len(set(params)) == len(params)


def test_the_table_says_that_they_were_not_trained_here():
    networks = published(input_shape=(1, 8, 8), classes=10, near={"params": 40_000.0})
    text = published_table(run(trial(0), published=networks))
    assert "They were not trained here" in text
    assert rows(text)[1][:2] == ["mobilenet_v1-0.25-224", "215k"]
    assert published_table(run(trial(0))) == ""
