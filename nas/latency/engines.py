"""The engines that run a network: torch eager, torch.compile and onnxruntime.

An engine is made from a genome, and gives what runs a pass over images. What cannot be had raises `Unavailable` with the
reason: no compiler, a package that is not installed, a network that the engine cannot say.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from nas.errors import ExportError, MissingExtraError, NasError
from nas.evaluate.latency import eager_pass, noise
from nas.exports.onnx_file import FILE, save
from nas.exports.subject import ExportedData
from nas.genome import Genome
from nas.network import build
from nas.registry import Registry

Pass = Callable[[], object]
Engine = Callable[[Genome, str], Callable[[int], Pass]]
"""(genome, device) -> batch -> one pass over a batch of noise."""

engines: Registry[Engine] = Registry("engine")


class Unavailable(NasError):
    """An engine that is not there, or that cannot run this network."""


def eager(genome: Genome, device: str) -> Callable[[int], Pass]:
    """torch, one operation after another: what `run.model` gives."""
    network = build(genome).to(device)
    return lambda batch: eager_pass(network, genome, batch=batch, device=device)


def compiled(genome: Genome, device: str) -> Callable[[int], Pass]:
    """torch.compile, for each batch size anew: Inductor writes C++ on a CPU, and Triton on a GPU."""
    if not device.startswith("cuda"):
        compiler = os.environ.get("CXX", "g++")
        if shutil.which(compiler) is None:
            raise Unavailable(f"there is no C++ compiler '{compiler}'; install one, or name yours: CXX=clang++")
    network = build(genome).to(device)

    def of(batch: int) -> Pass:
        torch.compiler.reset()  # else the second batch size would be compiled for any
        once = eager_pass(torch.compile(network, dynamic=False), genome, batch=batch, device=device)  # pyright: ignore[reportArgumentType]
        try:
            once()
        except Exception as error:  # whatever torch raises, the person learns that this network is not compiled
            raise Unavailable(f"torch cannot compile this network: {_first_line(error)}") from error
        return once

    return of


def onnxruntime(genome: Genome, device: str) -> Callable[[int], Pass]:
    """The file that `nas export --to onnx` writes, in onnxruntime on the same device."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise Unavailable("onnxruntime is not installed: pip install 'deepwide[onnx]'")
    import onnxruntime as runtime

    provider = "CUDAExecutionProvider" if device.startswith("cuda") else "CPUExecutionProvider"
    if provider not in runtime.get_available_providers():
        raise Unavailable(f"this build of onnxruntime has no {provider}")
    options = runtime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.intra_op_num_threads = torch.get_num_threads()
    session = runtime.InferenceSession(_exported(genome), options, providers=[provider])

    def of(batch: int) -> Pass:
        images = noise(genome, batch=batch).numpy()
        return lambda: session.run(["logits"], {"images": images})

    return of


def _exported(genome: Genome) -> bytes:
    """The ONNX file of a network with fresh weights."""
    channels = genome.input_shape[0]
    classes = tuple(map(str, range(genome.classes)))
    data = ExportedData("noise", genome.input_shape, (0.0,) * channels, (1.0,) * channels, classes)
    with tempfile.TemporaryDirectory() as folder:
        try:
            save(build(genome).eval(), genome, data, Path(folder) / FILE)
        except (ExportError, MissingExtraError) as error:
            raise Unavailable(str(error)) from error
        return (Path(folder) / FILE).read_bytes()


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:300]}"


engines.register("eager", eager)
engines.register("compiled", compiled)
engines.register("onnxruntime", onnxruntime)
