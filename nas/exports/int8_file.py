"""model.int8.onnx: the graph with weights and activations of 8 bits, statically quantised by onnxruntime.

Weights are symmetric in each output channel, activations affine in each tensor (Jacob et al. 2018, arXiv:1712.05877;
Krishnamoorthi 2018, arXiv:1806.08342, section 3.1), with the ranges that training images take. It answers something else
than the network by its nature: how many of its answers are right stands beside.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nas.errors import ExportError, InputError
from nas.exports import onnx_file
from nas.exports.alone import AT_ONCE
from nas.exports.expressible import first_line
from nas.exports.formats import Written
from nas.exports.proof import proved
from nas.exports.subject import ExportedData, Subject, Takes

FILE = "model.int8.onnx"
_READY = ".int8-ready.onnx"  # between the two steps


def write(subject: Subject, folder: Path) -> Written:
    """Writes model.int8.onnx from the folder's model.onnx. Raises ExportError where onnxruntime cannot quantise or run it."""
    quantization = onnx_file.needed("onnxruntime.quantization")
    training = subject.evidence.training
    if not len(training):
        raise InputError("int8 needs training images, on which the ranges of integers are found; none were given")
    ready = folder / _READY
    try:
        with _quiet():
            quantization.quant_pre_process(str(folder / onnx_file.FILE), str(ready))
            quantization.quantize_static(
                str(ready),
                str(folder / FILE),
                Calibration(training, subject.data, subject.options.takes),
                per_channel=True,
            )
    except OSError:  # a full disk
        raise
    except Exception as error:
        raise ExportError(f"{FILE}: onnxruntime cannot quantise this network: {first_line(error)}") from error
    finally:
        ready.unlink(missing_ok=True)
    proof = proved(subject, folder / FILE, script="runs_onnx", packages=("onnxruntime",), what=FILE, exact=False)
    about = {"input": subject.options.takes, "calibrated_on": len(training)}
    return Written(FILE, {**about, **proof}, onnx_file.PACKAGES)


class Calibration:
    """Training images as the graph takes them, batch after batch, for onnxruntime."""

    def __init__(self, pixels: np.ndarray, data: ExportedData, takes: Takes) -> None:
        self.batches = iter([taken(pixels[start : start + AT_ONCE], data, takes) for start in range(0, len(pixels), AT_ONCE)])

    def get_next(self) -> dict[str, Any] | None:
        images = next(self.batches, None)
        return None if images is None else {"images": images}


def taken(pixels: np.ndarray, data: ExportedData, takes: Takes) -> np.ndarray:
    """What a graph takes. pixels: uint8 (n, channels, height, width)."""
    if takes == "uint8":
        return pixels
    images = pixels.astype(np.float32) / 255
    mean, std = (np.array(each, np.float32)[:, None, None] for each in (data.mean, data.std))
    return images if takes == "unit" else (images - mean) / std


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without onnxruntime's advice, which goes to the root logger."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        with onnx_file.quiet():
            yield
    finally:
        root.setLevel(level)
