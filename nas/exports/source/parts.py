"""What torch lacks: each is copied into the exported file that needs it, as it stands here.

Plain torch, in lines of at most 88 characters, because strangers read them.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def numbered(name: str, *modules: nn.Module) -> OrderedDict[str, nn.Module]:
    """The modules as name1, name2 and so on."""
    return OrderedDict((f"{name}{n}", module) for n, module in enumerate(modules, 1))


def evenly(first: float, last: float, count: int) -> list[float]:
    """So many numbers from the first to the last."""
    step = (last - first) / (count - 1)
    return [first + step * n for n in range(count)]


def holding(*modules: tuple[str, nn.Module]) -> nn.Module:
    """Modules under names that torch's own containers keep for themselves."""
    holder = nn.Module()
    for name, module in modules:
        holder.add_module(name, module)
    return holder


class Lines(nn.Sequential):
    """Blocks one behind another that hand on several lines."""

    def forward(self, *lines: Tensor) -> Tensor | tuple[Tensor, ...]:
        for block in self:
            lines = block(*lines)
        return lines


class ChannelAffine(nn.Module):
    """Each channel times a learned factor, plus a learned bias."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight[:, None, None] + self.bias[:, None, None]


class Rbf(nn.Module):
    """Minus the squared distances to fixed codes of + and - (LeCun et al. 1998)."""

    codes: Tensor

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__()
        signs = [[1.0 if sign == "+" else -1.0 for sign in code] for code in codes]
        self.register_buffer("codes", torch.tensor(signs), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return -(x[:, None, :] - self.codes).square().sum(2)


class DeformConv2d(nn.Module):
    """A convolution whose taps are moved by learned offsets (Dai et al. 2017)."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        dilation: tuple[int, int] = (1, 1),
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, stride
        self.padding, self.dilation = padding, dilation
        weight = torch.empty(out_channels, in_channels, *kernel_size)
        self.weight = nn.Parameter(nn.init.kaiming_normal_(weight, nonlinearity="relu"))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        offsets = 2 * kernel_size[0] * kernel_size[1]
        window = (kernel_size, stride, padding, dilation)
        self.offset = nn.Conv2d(in_channels, offsets, *window)
        nn.init.zeros_(self.offset.weight)

    def forward(self, x: Tensor) -> Tensor:
        high, wide = x.shape[2:]
        moved = self.offset(x).unflatten(1, (-1, 2))  # (batch, taps, 2, rows, columns)
        rows, columns = moved.shape[3:]
        down = self.taps(0, rows, x).repeat_interleave(self.kernel_size[1], 0)
        right = self.taps(1, columns, x).repeat(self.kernel_size[0], 1)
        down = down[:, :, None] + moved[:, :, 0]
        right = right[:, None, :] + moved[:, :, 1]
        # grid_sample counts from -1, the upper or left edge of the image, to 1
        grid = torch.stack(((2 * right + 1) / wide - 1, (2 * down + 1) / high - 1), -1)
        seen = F.grid_sample(x, grid.flatten(1, 2), align_corners=False)
        seen = seen.unflatten(2, (-1, rows)).flatten(1, 2)
        return F.conv2d(seen, self.weight.flatten(1)[:, :, None, None], self.bias)

    def taps(self, axis: int, side: int, x: Tensor) -> Tensor:
        """(kernel, side): the pixel of each tap, for each place of the output."""
        place = torch.arange(side, device=x.device, dtype=x.dtype)
        tap = torch.arange(self.kernel_size[axis], device=x.device, dtype=x.dtype)
        first = place * self.stride[axis] - self.padding[axis]
        return first + tap[:, None] * self.dilation[axis]


class FractalJoin(nn.Module):
    """The mean of the columns that meet; drop-path leaves some of them out in training.

    Larsson et al. 2017, section 3.1. A draw of two numbers from 0 to 1 for each
    mini-batch says whether one column of the whole network runs alone, and which.
    """

    def __init__(
        self,
        columns: tuple[int, ...],
        of: int,
        drop: float = 0.15,
        global_share: float = 0.5,
    ) -> None:
        super().__init__()
        self.columns, self.of = columns, of
        self.drop, self.global_share = drop, global_share
        self.draw, self.draws = [1.0, 0.0], True

    def forward(self, *lines: Tensor) -> Tensor:
        kept = lines
        if self.training:
            pairs = zip(lines, self.keeps(), strict=True)
            kept = [line for line, keep in pairs if keep] or lines
        return sum(kept[1:], kept[0]) / len(kept)

    def keeps(self) -> list[bool]:
        """Which lines drop-path leaves; none: all of them."""
        if self.draws:
            self.draw[:] = torch.rand(2).tolist()
        share, column = self.draw
        if share < self.global_share:
            return [each == int(column * self.of) for each in self.columns]
        luck = torch.rand(len(self.columns)).tolist()
        return [each >= min(self.drop, max(luck)) for each in luck]


def share_draw(network: nn.Module) -> None:
    """Let all joins follow the draw of the first one."""
    joins = [each for each in network.modules() if isinstance(each, FractalJoin)]
    for join in joins[1:]:
        join.draw, join.draws = joins[0].draw, False


def highway_gate(h: Tensor, t: Tensor, x: Tensor, bias: float) -> Tensor:
    """h where the gate, the sigmoid of t + bias, is open, and x where it is closed."""
    return torch.lerp(x, h, torch.sigmoid(t + bias))


def stochastic_depth(x: Tensor, survival: float, training: bool) -> Tensor:
    """x or zeros in training, by chance; x times its chance to survive in use."""
    if not training:
        return x * survival
    return x * (torch.rand((), device=x.device) < survival).to(x.dtype)


def adaptive_pyramid_pool(x: Tensor, bins: tuple[int, ...]) -> Tensor:
    """The largest value of each bin of several n x n grids (He et al. 2014)."""
    return torch.cat([F.adaptive_max_pool2d(x, n).flatten(1) for n in bins], 1)


def pyramid_pool(x: Tensor, bins: tuple[int, ...]) -> Tensor:
    """The largest value of each bin of several n x n grids (He et al. 2014).

    On a side of a pixels a window of ceil(a / n) moves by floor(a / n).
    """
    high, wide = x.shape[2:]
    grids = [((-(-high // n), -(-wide // n)), (high // n, wide // n)) for n in bins]
    pooled = [F.max_pool2d(x, kernel, stride) for kernel, stride in grids]
    return torch.cat([grid.flatten(1) for grid in pooled], 1)


def select_channels(x: Tensor, channels: tuple[int, ...]) -> Tensor:
    """The channels of these numbers, in this order."""
    return x[:, list(channels)]


def every(x: Tensor, stride: int) -> Tensor:
    """Every so-many-th pixel, down and across."""
    return x[:, :, ::stride, ::stride]


def pad_channels(x: Tensor, channels: int) -> Tensor:
    """Zero channels behind those of x, up to so many."""
    return F.pad(x, (0, 0, 0, 0, 0, channels - x.shape[1]))
