"""model.onnx: one file with any batch size, run by onnxruntime and compared before it is kept.

Input "images": float32 (batch, channels, height, width), normalised; output "logits": (batch, classes). How
to normalise, and the classes' names, stand in the file's metadata as JSON: mean, std, classes, and the
genome.
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
from torch import Tensor

from nas.errors import ExportError, MissingExtraError
from nas.exports.subject import BATCHES, TOLERANCE, Prediction, Subject, Written, formats

FILE = "model.onnx"
_PACKAGES = ("onnx", "onnxscript", "onnxruntime")
_CHATTY = ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")


def write(subject: Subject, folder: Path) -> Written:
    """Writes and proves model.onnx.

    Raises MissingExtraError without onnx, onnxscript or onnxruntime; ExportError for a network that ONNX
    cannot say, and where onnxruntime computes something else than torch.
    """
    for package in _PACKAGES:
        _import(package)
    partial = folder / f".{FILE}.partial"
    try:
        with _quiet():
            try:
                _save(subject, partial)
            except OSError:  # a full disk
                raise
            except Exception as error:  # whatever torch raises, the user learns that this network cannot be exported
                raise ExportError(f"{FILE}: torch cannot export this network: {_first_line(error)}") from error
        difference = subject.largest_difference(_runtime(partial), what=FILE)
        partial.rename(folder / FILE)
    finally:
        partial.unlink(missing_ok=True)
    check = {
        "read_again_with": "onnxruntime, CPU",
        "batches": list(BATCHES),
        "largest_difference": difference,
        "tolerance": TOLERANCE,
    }
    return Written(FILE, check, ("torch", *_PACKAGES))


def _import(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingExtraError(package, extra="onnx", purpose="export to ONNX") from None


def _save(subject: Subject, path: Path) -> None:
    program = torch.onnx.export(
        Prediction(subject.network).eval(),
        (subject.images(2),),  # a batch of 1 would be taken for a constant
        dynamo=True,
        verbose=False,
        external_data=False,
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes={"images": {0: torch.export.Dim("batch")}},
    )
    assert program is not None
    model = program.model
    _forget_sources(model)
    data = subject.data.to_dict()
    model.metadata_props.update({key: json.dumps(data[key]) for key in ("mean", "std", "classes")})
    model.metadata_props["genome"] = json.dumps(subject.genome.to_dict())
    program.save(str(path), external_data=False)
    onnx = _import("onnx")
    onnx.checker.check_model(str(path), full_check=True)


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


def _runtime(path: Path) -> Any:
    """The file as onnxruntime runs it on the CPU: images -> logits."""
    onnxruntime = _import("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])

    def run(images: Tensor) -> Tensor:
        (logits,) = session.run(["logits"], {"images": images.numpy()})
        return torch.from_numpy(logits)

    return run


def _first_line(error: BaseException) -> str:
    """The first line of the innermost cause: torch wraps it in pages of advice."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:300]}"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
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


formats.register("onnx", write)
