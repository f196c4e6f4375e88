"""A training step of the built network against hand-written PyTorch: `python benchmarks/train_step.py`.

Both networks do the same arithmetic on the same images, step by step in turns; the ratio is the median over
steps of (built / hand-written). Target: at most 1.02. The row "calls only" takes two 2x2 images, where a step
is almost only the time of calling: what the way of building could cost at all.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
import torch.nn.functional as F
from plain_resnet import ResNet, genome
from torch import Tensor, nn

from nas.network import build


def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> float:
    """One training step; gives back its seconds."""
    started = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    if x.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - started


def compare(blocks: int, *, batch: int, side: int, steps: int, device: str) -> tuple[float, float, float]:
    """Median seconds of the built and the plain network, and the median ratio."""
    models = [build(genome(blocks)).to(device), ResNet(blocks).to(device)]
    optimizers = [torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, fused=True) for model in models]
    x = torch.randn(batch, 3, side, side, device=device)
    y = torch.randint(10, (batch,), device=device)
    seconds: list[list[float]] = [[], []]
    for number in range(steps + 3):
        order = (0, 1) if number % 2 else (1, 0)
        for which in order:
            taken = step(models[which], optimizers[which], x, y)
            if number >= 3:
                seconds[which].append(taken)
    ratio = statistics.median(a / b for a, b in zip(*seconds, strict=True))
    return statistics.median(seconds[0]), statistics.median(seconds[1]), ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {options.device}, {options.threads} thread(s), batch {options.batch}")
    print(f"{'network':24}{'built ms':>10}{'plain ms':>10}{'ratio':>8}")
    for name, blocks, side, batch in (
        ("ResNet-20", 3, 32, options.batch),
        ("ResNet-56", 9, 32, options.batch),
        ("ResNet-56, calls only", 9, 2, 2),
    ):
        built, plain, ratio = compare(blocks, batch=batch, side=side, steps=options.steps, device=options.device)
        print(f"{name:24}{built * 1e3:10.2f}{plain * 1e3:10.2f}{ratio:8.3f}")


if __name__ == "__main__":
    main()
