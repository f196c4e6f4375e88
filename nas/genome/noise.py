"""What is random in training and fixed in use: dropout, stochastic depth."""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome.op import Op, Shape, fraction, operation, set_fields


@operation("dropout")
class Dropout(Op):
    """Values set to zero at random in training (Srivastava et al. 2014), the rest scaled by 1 / (1 - rate)."""

    rate: float = 0.5

    def __post_init__(self) -> None:
        set_fields(self, rate=fraction("rate", self.rate))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]


@operation("stochastic_depth")
class StochasticDepth(Op):
    """A branch that takes part in a mini-batch with the probability `survival`, as a whole.

    Huang et al. 2016, arXiv:1603.09382, section 3: in training the line is kept as it is or set to zero for all images
    of the batch; in use it is multiplied by `survival`.
    """

    survival: float = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.survival, bool) or not isinstance(self.survival, int | float) or not 0 < self.survival <= 1:
            raise GenomeError(f"survival must be above 0 and at most 1, got {self.survival!r}")
        set_fields(self, survival=float(self.survival))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]
