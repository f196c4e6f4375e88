"""How long the paths of residual, merge-and-run and Inception-like networks are, against the publications.

Veit et al. 2016, arXiv:1605.06431, section 3; Zhao et al. 2017, arXiv:1611.07718, section 2 and figure 3. Projections are
not counted, as there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from nas.genome import Genome, Node
from nas.zoo.dilnet import dilnet
from nas.zoo.dmrnet import dmrnet
from nas.zoo.resnet_cifar import resnet_cifar


def branches(node: Node) -> int:
    """1 for each residual branch, at its second convolution."""
    return int(node.name.endswith("/conv2"))


def layers(node: Node) -> int:
    """2 for each residual branch, 1 for the first convolution and for the classifier."""
    return 2 * branches(node) + int(node.name in ("stem/conv", "head/linear"))


def mean_and_deviation(lengths: dict[int, int]) -> tuple[float, float]:
    total = sum(lengths.values())
    mean = sum(length * count for length, count in lengths.items()) / total
    return mean, math.sqrt(sum((length - mean) ** 2 * count for length, count in lengths.items()) / total)


@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_a_residual_network_has_binomial_path_lengths(shortcut: str) -> None:
    found = resnet_cifar(depth=20, shortcut=shortcut).path_lengths(branches)
    assert found == {k: math.comb(9, k) for k in range(10)}


def test_a_path_of_an_inception_like_network_takes_a_branch_more_often_than_not() -> None:
    # Each block has the line or one of two branches: (1 + 2 z)^n, so P(k) = C(n, k) 2^k / 3^n.
    found = dilnet(depth=20).path_lengths(branches)
    assert found == {k: math.comb(9, k) * 2**k for k in range(10)}


def test_a_path_of_a_merge_and_run_network_takes_a_branch_less_often_than_not() -> None:
    # P(k) = C(n, k) 2^(n - k) / 3^n over both ends of the last block; twice, for the two lines that begin.
    found = dmrnet(depth=20).path_lengths(branches)
    assert found == {k: 2 * math.comb(9, k) * 2 ** (9 - k) for k in range(10)}


@pytest.mark.parametrize(
    ("network", "depth", "mean", "deviation"),
    [
        (dmrnet, 20, 8.0, 2.83),
        (dilnet, 20, 14.0, 2.83),
        (resnet_cifar, 38, 20.0, 4.24),
        (dmrnet, 50, 18.0, 4.62),
        (dilnet, 50, 34.0, 4.62),
        (resnet_cifar, 98, 50.0, 6.93),
    ],
)
def test_mean_and_deviation_of_networks_with_as_many_branches(
    network: Callable[..., Genome], depth: int, mean: float, deviation: float
) -> None:
    # Nine blocks of two branches against 18 of one, and 24 against 48. Figure 3 prints 8.0 and 2.83.
    found = mean_and_deviation(network(depth=depth).path_lengths(layers))
    assert found == (pytest.approx(mean, abs=1e-9), pytest.approx(deviation, abs=0.005))


def test_gradient_comes_by_paths_that_hardly_any_path_of_resnet_110_is() -> None:
    # Veit et al., sections 3 and 5: of 54 modules 19 to 35 on more than 95 % of the paths; the paths of 5 to 17, which
    # carry nearly all gradient, are 0.45 %.
    found = resnet_cifar(depth=110).path_lengths(branches)
    total = sum(found.values())
    assert total == 2**54
    assert round(100 * sum(found[k] for k in range(19, 36)) / total, 1) == 98.0
    assert round(100 * sum(found[k] for k in range(5, 18)) / total, 2) == 0.45
