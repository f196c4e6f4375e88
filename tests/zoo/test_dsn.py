"""Deeply-Supervised Nets against the authors' model."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo.dsn import dsn
from nas.zoo.nin import nin


def test_the_trunk_counts_and_the_companions_are_counted_apart() -> None:
    # The authors' cifar-10.prototxt; 3,547,496 with its companions.
    genome = dsn()
    assert (genome.params, genome.macs, genome.depth) == (966_986, 222_486_528, 9)
    assert genome.params + genome.auxiliary_params == 3_547_496


def test_each_companion_is_a_linear_layer_on_a_first_convolution() -> None:
    genome = dsn()
    # Ten classes from 192 channels of 32x32, 16x16 and 8x8 pixels.
    assert [genome.facts(f"companion{number}/linear").params for number in (1, 2, 3)] == [1_966_090, 491_530, 122_890]
    flats = [genome[f"companion{number}/flatten"].inputs for number in (1, 2, 3)]
    assert flats == [(f"mlpconv{number}/conv1",) for number in (1, 2, 3)]  # in front of the ReLU


def test_the_prediction_comes_first() -> None:
    assert dsn().outputs == ("output", "companion1/output", "companion2/output", "companion3/output")
    assert dsn(companions=False).outputs == ("output",)


def test_without_companions_it_is_the_trunk() -> None:
    genome = dsn(companions=False)
    assert (genome.params, genome.auxiliary_params) == (966_986, 0)
    assert genome.fingerprint != nin().fingerprint


def test_unlike_network_in_network_it_has_no_mean_and_no_last_relu() -> None:
    genome = dsn()
    assert isinstance(genome["mlpconv2/pool"].op, ops.MaxPool2d)
    assert genome["head/pool"].inputs == ("mlpconv3/conv3",)


def test_other_classes_and_images_build() -> None:
    genome = dsn(classes=7, input_shape=(1, 20, 20), dropout=0.0)
    assert genome.shapes["companion2/output"] == genome.shapes["output"] == (7,)
    assert genome.facts("companion1/linear").params == (192 * 20 * 20 + 1) * 7


def test_inadmissible_arguments_are_refused() -> None:
    with pytest.raises(GenomeError, match=r"rate must be at least 0 and below 1, got 1\.5"):
        dsn(dropout=1.5)
    with pytest.raises(GenomeError, match=r"node 'mlpconv1/pool' \(max_pool\)"):
        dsn(input_shape=(3, 2, 2))
