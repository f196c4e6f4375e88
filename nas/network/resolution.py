"""Changing the height and width without weights: upsample, crop."""

from __future__ import annotations

import torch.nn.functional as F

from nas.genome import ops
from nas.network.builders import Computation, Place, builds


@builds("upsample")
def _upsample(op: ops.Upsample, place: Place) -> Computation:
    size = op.output_shape(place.inputs)[1:]
    return lambda x: F.interpolate(x, size, mode=op.mode)


@builds("crop")
def _crop(op: ops.Crop, place: Place) -> Computation:
    (top, left), (high, wide) = op.offset, op.size
    return lambda x: x[:, :, top : top + high, left : left + wide]
