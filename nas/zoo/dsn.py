"""Deeply-Supervised Nets (Lee et al. 2015, arXiv:1409.5185, section 2.2; layers as in the authors' CIFAR model).

The trunk is a Network in Network. Each of its three mlpconv layers has a companion: a linear classifier on its first
convolution, in front of the ReLU, whose loss supervises that layer directly. Companions are for training alone.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.zoo.catalogue import Variant, network
from nas.zoo.nin import CIFAR, averaged, mlpconv, pooled


@network(
    title="Deeply-Supervised Net",
    paper="Lee et al. 2015, arXiv:1409.5185",
    year=2014,
    variants=(
        Variant("dsn-cifar10", {}),
        Variant("dsn-cifar10-trunk", {"companions": False}),
        Variant("dsn-cifar100", {"classes": 100}),
    ),
)
def dsn(*, companions: bool = True, dropout: float = 0.5, input_shape: Shape = (3, 32, 32), classes: int = 10) -> Genome:
    """The prediction, and the answers of three `companions` as further outputs."""
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    supervised = []
    for number, layer in enumerate(CIFAR, start=1):
        with b.scope(f"mlpconv{number}"):
            first, *_, line = mlpconv(b, line, layer, classes)
            supervised.append(first)
            if number < len(CIFAR):
                line = b.act(f"act{len(layer.widths)}", line, "relu")
                line = pooled(b, line, mean=False, dropout=dropout)
    outputs = [averaged(b, line)]
    if companions:
        outputs += [_companion(b, number, line, classes) for number, line in enumerate(supervised, start=1)]
    return Genome(b.nodes, outputs=[line.name for line in outputs])


def _companion(b: Builder, number: int, line: Line, classes: int) -> Line:
    with b.scope(f"companion{number}"):
        line = b.add("linear", ops.Linear(classes), b.add("flatten", ops.Flatten(), line))
        return b.add("output", ops.Output(), line)
