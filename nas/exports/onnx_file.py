"""model.onnx: one file with any batch size, run by onnxruntime and compared before it is kept.

Input "images": (batch, channels, height, width); output "logits": (batch, classes). What stands in the metadata, as JSON,
says the rest: `input`, what the images are: "normalised" float32; on request "unit", float32 in 0..1, or "uint8", pixels:
then the graph normalises them itself. And mean, std, classes, and the genome.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nas.errors import ExportError, MissingExtraError
from nas.exports.expressible import Lines, any_batch, check_own, first_line
from nas.exports.formats import Format, Written, formats
from nas.exports.proof import proved
from nas.exports.subject import ExportedData, Prediction, Subject, Takes, example
from nas.genome import Genome

FILE = "model.onnx"
PACKAGES = ("onnx", "onnxscript", "onnxruntime")
_CHATTY = ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")


class Prepared(nn.Module):
    """A network with the normalisation in front of it, of what its images are."""

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, data: ExportedData, takes: Takes) -> None:
        super().__init__()
        self.predict, self.takes = Prediction(network), takes
        self.register_buffer("mean", torch.tensor(data.mean, dtype=torch.float32)[:, None, None])
        self.register_buffer("std", torch.tensor(data.std, dtype=torch.float32)[:, None, None])

    def forward(self, images: Tensor) -> Tensor:
        """images: (batch, channels, height, width) -> logits: (batch, classes)."""
        if self.takes == "uint8":
            images = images.to(torch.float32) / 255
        if self.takes != "normalised":
            images = (images - self.mean) / self.std
        return self.predict(images)


def check(genome: Genome) -> None:
    """Raises MissingExtraError without onnx, onnxscript or onnxruntime; ExportError for an operation that ONNX cannot say, with
    the name of its node.
    """
    _needed_all()
    check_own(genome, "onnx", _converted)


def write(subject: Subject, folder: Path) -> Written:
    """Writes and proves model.onnx. Raises ExportError for a network that ONNX cannot say, and where onnxruntime computes
    something else than torch.
    """
    path = folder / FILE
    save(subject.network, subject.genome, subject.data, path, takes=subject.options.takes)
    proof = proved(subject, path, script="runs_onnx", packages=("onnxruntime",), what=FILE)
    return Written(FILE, {"input": subject.options.takes, **proof}, ("torch", *PACKAGES))


def _needed_all() -> None:
    for package in PACKAGES:
        needed(package)


def needed(package: str) -> Any:
    """The module of a package; MissingExtraError where it is not installed."""
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingExtraError(package, extra="onnx", purpose="export to ONNX") from None


def save(network: nn.Module, genome: Genome, data: ExportedData, path: Path, *, takes: Takes = "normalised") -> None:
    """Write the network of a genome, in evaluation mode and on the CPU, as ONNX; its form is checked, not what it computes.

    Raises MissingExtraError without a package that it needs, ExportError for a network that ONNX cannot say.
    """
    _needed_all()
    images = example(genome).to(torch.uint8 if takes == "uint8" else torch.float32)
    try:
        program = _converted(Prepared(network, data, takes).eval(), (images,))
    except Exception as error:  # whatever torch raises, the user learns that this network cannot be exported
        raise ExportError(f"{FILE}: torch cannot export this network: {first_line(error)}") from error
    model = program.model
    _forget_sources(model)
    about = {"input": takes, **data.to_dict(), "genome": genome.to_dict()}
    kept = ("input", "mean", "std", "classes", "genome")
    model.metadata_props.update({key: json.dumps(about[key]) for key in kept})
    program.save(str(path), external_data=False)
    needed("onnx").checker.check_model(str(path), full_check=True)


def _converted(module: nn.Module, images: Lines) -> Any:
    with quiet():
        program = torch.onnx.export(
            module,
            images,
            dynamo=True,
            verbose=False,
            external_data=False,
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=any_batch(images),
        )
    assert program is not None
    return program


def _forget_sources(model: Any) -> None:
    """Drop torch's notes on each node: they quote source code and the paths of this machine."""
    for graph in (model.graph, *model.functions.values()):
        graph.metadata_props.clear()
        for value in (*graph.inputs, *graph.outputs):
            value.metadata_props.clear()
        for node in graph.all_nodes():
            node.metadata_props.clear()
            for value in node.outputs:
                value.metadata_props.clear()
    for value in model.graph.initializers.values():
        value.metadata_props.clear()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of torch.onnx and what it builds on; errors are still logged and raised."""
    loggers = [logging.getLogger(name) for name in _CHATTY]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


formats.register("onnx", Format(write, check))
