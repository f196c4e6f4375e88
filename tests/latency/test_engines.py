"""The engines compute what the network computes, and say why they cannot."""

from __future__ import annotations

import sys

import pytest
import torch

from nas.genome import Genome, Node, ops
from nas.latency.by_engine import measure
from nas.latency.engines import Unavailable, engines
from nas.network import build

GENOME = Genome(
    [
        Node("image", ops.Input((2, 6, 6))),
        Node("conv", ops.Conv2d(4), ("image",)),
        Node("relu", ops.Activation("relu"), ("conv",)),
        Node("pool", ops.GlobalAvgPool2d(), ("relu",)),
        Node("flat", ops.Flatten(), ("pool",)),
        Node("classes", ops.Linear(3), ("flat",)),
        Node("output", ops.Output(), ("classes",)),
    ]
)


def expected(batch: int) -> torch.Tensor:
    """Noise of seed 0 through the network of seed 0."""
    images = torch.randn(batch, 2, 6, 6, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return build(GENOME).eval()(images)


def test_eager_computes_the_network():
    of = engines.get("eager")(GENOME, "cpu")
    for batch in (1, 5):
        torch.testing.assert_close(of(batch)(), expected(batch))


def test_onnxruntime_computes_the_network():
    of = engines.get("onnxruntime")(GENOME, "cpu")
    for batch in (1, 5):
        (logits,) = of(batch)()
        torch.testing.assert_close(torch.from_numpy(logits), expected(batch), rtol=1e-4, atol=1e-5)


@pytest.mark.long
def test_compiled_computes_the_network():
    of = engines.get("compiled")(GENOME, "cpu")
    for batch in (1, 5):
        torch.testing.assert_close(of(batch)(), expected(batch), rtol=1e-4, atol=1e-5)


def test_compiled_is_compiled_before_it_is_timed_and_anew_for_each_batch(monkeypatch):
    """Without a compiler, as far as torch's own part goes: how often it compiles, and for which shapes."""
    compiled: list[int] = []

    def eager(module, example):
        compiled.extend(len(tensor) for tensor in example if tensor.shape[1:] == (2, 6, 6))
        return module.forward

    real = torch.compile
    monkeypatch.setattr(torch, "compile", lambda network, dynamic: real(network, dynamic=dynamic, backend=eager))
    monkeypatch.setenv("CXX", sys.executable)
    of = engines.get("compiled")(GENOME, "cpu")
    ready = [of(batch) for batch in (1, 5)]
    assert compiled == [1, 5]
    torch.testing.assert_close(ready[1](), expected(5))


def test_a_network_that_torch_cannot_compile_is_named(monkeypatch):
    def failing(*_, **__):
        raise RuntimeError("no such instruction\nand pages of advice")

    monkeypatch.setenv("CXX", sys.executable)
    monkeypatch.setattr(torch, "compile", lambda network, dynamic: failing)
    monkeypatch.setattr(failing, "eval", lambda: None, raising=False)
    with pytest.raises(Unavailable, match=r"torch cannot compile this network: RuntimeError: no such instruction$"):
        engines.get("compiled")(GENOME, "cpu")(1)


def test_what_is_not_there_is_named_and_the_others_are_timed(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    found = measure(GENOME, batches=(1,), names=("compiled", "eager"), seconds=0.1)
    assert [(each["engine"], "no-such-compiler" in each["reason"]) for each in found["skipped"]] == [("compiled", True)]
    assert [row["engine"] for row in found["rows"]] == ["eager"] and found["rows"][0]["median_ms"] > 0
    assert found["processor"] and found["versions"]["torch"]


@pytest.mark.parametrize(("batches", "threads", "seconds"), [((), 1, 1.0), ((0,), 1, 1.0), ((1,), 0, 1.0), ((1,), 1, 0.0)])
def test_nothing_is_timed_of_no_images_threads_or_time(batches, threads, seconds):
    with pytest.raises(ValueError, match="batches, threads and seconds must be"):
        measure(GENOME, batches=batches, threads=threads, seconds=seconds)
