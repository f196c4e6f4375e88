"""The builder refuses what would fill the memory before it does."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.zoo import densenet, multi_resnet, resnet_cifar


@pytest.mark.parametrize(
    "build",
    [
        lambda: densenet(depth=100_000),
        lambda: multi_resnet(depth=200, functions=100_000),
        lambda: resnet_cifar(depth=120_002),
    ],
    ids=["densenet", "multi_resnet", "resnet_cifar"],
)
def test_a_network_of_too_many_nodes_is_refused_while_it_grows(build) -> None:
    # Without the bound the dense network takes hours: the tests' time limit ends it.
    with pytest.raises(GenomeError, match="it has more than 20,000 nodes"):
        build()
