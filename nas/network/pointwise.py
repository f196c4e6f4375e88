"""Strided 1x1 convolutions of few channels, which oneDNN cannot be trusted with.

For a channels-last image of fewer than 16 channels, oneDNN's gradient of a strided 1x1 convolution's weights writes
beyond its workspace (oneDNN issue 6035; seen in torch 2.13): with several threads the process dies of a damaged heap, in
float32 and in bf16. Projections of narrow residual networks are such convolutions. A stride of s over 1x1 windows takes
every s-th pixel, so on a CPU those pixels are taken first, and their convolution has stride 1.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

FEW = 16  # channels: oneDNN's block with AVX-512


class StridedPointwise(nn.Conv2d):
    """A 1x1 convolution with a stride and no padding."""

    def forward(self, input: Tensor) -> Tensor:
        if input.device.type != "cpu":
            return super().forward(input)
        picked = input[:, :, :: self.stride[0], :: self.stride[1]]
        return F.conv2d(picked, self.weight, self.bias, groups=self.groups)


def applies(*, channels: int, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> bool:
    """Whether a convolution is one that oneDNN may get wrong."""
    return channels < FEW and kernel == (1, 1) and padding == (0, 0) and stride != (1, 1)
