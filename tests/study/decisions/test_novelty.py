from __future__ import annotations

from nas.genome import Genome
from nas.genome.packed import pack
from nas.study.decisions.novelty import Novelty, same
from nas.study.trial import Trial
from nas.zoo import find


def trial(number: int, genome: Genome) -> Trial:
    return Trial(number, "running", packed=pack(genome.to_dict()), fingerprint=genome.fingerprint)


def test_the_first_trial_of_a_network_is_found() -> None:
    resnet, vgg = find("resnet_cifar-20").genome, find("resnet_cifar-32").genome
    seen = Novelty()
    for number, genome in enumerate((vgg, resnet, resnet)):
        seen.add(trial(number, genome))
    assert seen.find(resnet) == 1
    assert seen.find(find("resnet_cifar-44").genome) is None


def test_a_trial_that_was_not_trained_is_forgotten() -> None:
    genome, seen = find("resnet_cifar-20").genome, Novelty()
    one = trial(0, genome)
    seen.add(one)
    seen.drop(one)
    assert seen.find(genome) is None


def test_an_equal_fingerprint_of_another_network_is_no_repeat() -> None:
    one, other = find("resnet_cifar-20").genome, find("resnet_cifar-32").genome
    assert same(one, pack(one.to_dict()))
    assert not same(one, pack(other.to_dict()))


def test_a_genome_that_cannot_be_read_counts_as_another() -> None:
    genome = find("resnet_cifar-20").genome
    assert not same(genome, pack({"schema": "nas.genome/1", "nodes": [{"name": "a", "op": "of a stranger"}]}))


def test_another_repetition_of_a_network_is_no_repeat() -> None:
    genome, seen = find("resnet_cifar-20").genome, Novelty()
    one = trial(0, genome)
    one.repetition = 1
    seen.add(one)
    assert seen.find(genome, 1) == 0
    assert seen.find(genome, 2) is None
    assert seen.find(genome) is None
