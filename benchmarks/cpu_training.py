"""Images per second on a CPU, the evaluator against a plain loop: `python benchmarks/cpu_training.py`.

ResNet-20 on 3x32x32 images, batch 128, pad-4 crops and mirroring. The plain loop is what a person writes
first: float32, channels first, a DataLoader over normalised tensors, a hand-written network. Rounds take
turns; the numbers are medians. Target: at least twice the images per second with two threads.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from plain_resnet import ResNet, genome
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from nas.evaluate import Context, Job
from nas.evaluate.precision import choose
from nas.evaluate.training import Training

AUGMENT = {"pad": 4, "flip": True}


class Images(Dataset):
    """Normalised images, cropped and mirrored one by one."""

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self.images = (torch.from_numpy(images).float() / 255 - 0.5) / 0.25
        self.labels = torch.from_numpy(labels)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = F.pad(self.images[index], (4, 4, 4, 4))
        top, left, mirrored = *torch.randint(9, (2,)).tolist(), torch.rand(()) < 0.5
        image = image[:, top : top + 32, left : left + 32]
        return (image.flip(2) if mirrored else image), self.labels[index]


def plain_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader) -> float:
    """Images per second of one pass."""
    started, seen = time.perf_counter(), 0
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        seen += len(y)
    return seen / (time.perf_counter() - started)


def ours(data: Path, folder: Path, *, precision: str, threads: int) -> Training:
    train = {"batch": 128, "augment": AUGMENT, "precision": precision, "threads": threads}
    job = Job(
        number=0,
        genome=genome(3).to_dict(),
        seed=0,
        epochs=100,
        train=train,
        data={"name": "npz", "path": str(data), "validation": 0.1, "test": 0.1},
        cache=str(folder / "cache"),
        checkpoints=str(folder / precision),
        device="cpu",
    )
    context = Context(job, lambda epoch, metrics: True)
    network = genome(3)
    chosen = choose(context.train, network, context.dataset, "cpu")
    return Training(network, context, context.train, context.dataset, part="train", precision=chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=1280, help="images of an epoch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (options.images * 10 // 8, 3, 32, 32), dtype=np.uint8)
    labels = np.arange(len(images)) % 10
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "images.npz", images=images, labels=labels)
        rows: dict[str, list[float]] = {"plain loop": []}
        trainings = {p: ours(folder / "images.npz", folder, precision=p, threads=options.threads) for p in ("float32", "auto")}
        names = {p: f"nas, {p}" + (f" ({t.precision})" if p == "auto" else "") for p, t in trainings.items()}
        model = ResNet(3)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
        loader = DataLoader(Images(images[: options.images], labels[: options.images]), batch_size=128, shuffle=True)
        for number in range(options.rounds + 1):
            speeds = {"plain loop": plain_epoch(model, optimizer, loader)}
            for precision, training in trainings.items():
                started = time.perf_counter()
                training.epoch(None)
                speeds[names[precision]] = len(training.dataset.train) / (time.perf_counter() - started)
            for row, speed in speeds.items():
                if number:  # the first round warms up
                    rows.setdefault(row, []).append(speed)
    print(f"torch {torch.__version__}, ResNet-20, batch 128, {options.threads} thread(s)")
    print(f"{'loop':24}{'images/s':>10}{'ratio':>8}")
    for row, speeds_ in rows.items():
        ratio = statistics.median(a / b for a, b in zip(speeds_, rows["plain loop"], strict=True))
        print(f"{row:24}{statistics.median(speeds_):10.0f}{ratio:8.2f}")


if __name__ == "__main__":
    main()
