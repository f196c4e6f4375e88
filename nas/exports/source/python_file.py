"""Writes model.py and weights.pt, and has them prove themselves before they are kept.

The weights are in torch's own format, read with `weights_only`, because then torch alone is enough to use them: no package
to install beside it, and a file that cannot run code.
"""

from __future__ import annotations

from pathlib import Path

import torch

from nas.exports import clean
from nas.exports.source.page import MODULE, WEIGHTS, source
from nas.exports.subject import BATCHES, TOLERANCE, Subject, Written, formats

_BATCHES = (*BATCHES, 64)
_SCRIPT = f"""
import ctypes
import importlib.util
import sys
import warnings

import torch

warnings.simplefilter("error")


def answer(arrays, folder):
    spec = importlib.util.spec_from_file_location("model", folder / "{MODULE}")
    model = importlib.util.module_from_spec(spec)
    sys.modules["model"] = model
    spec.loader.exec_module(model)
    network = model.load()
    network.load_state_dict(network.state_dict(), strict=True)
    answers = {{}}
    with torch.inference_mode():
        for name, images in arrays.items():
            logits = network(torch.frombuffer(images, dtype=torch.float32).reshape(images.shape)).contiguous()
            raw = (ctypes.c_float * logits.numel()).from_address(logits.data_ptr())
            answers[name] = tuple(logits.shape), bytes(raw)
    return answers
"""


def write(subject: Subject, folder: Path) -> Written:
    """Writes both files.

    Raises ExportError for an operation without a torch source, and where a process that has torch alone does not compute
    from them what the network computes.
    """
    text = source(subject.genome, subject.data, subject.metrics)
    kept = [folder / MODULE, folder / WEIGHTS]
    try:
        kept[0].write_text(text, encoding="utf-8")
        weights = {name: tensor.contiguous().clone() for name, tensor in subject.network.state_dict().items()}
        torch.save(weights, kept[1])
        check = _proof(subject, folder)
    except BaseException:
        for path in kept:
            path.unlink(missing_ok=True)
        raise
    return Written(MODULE, check, ("torch",), beside=(WEIGHTS,))


def _proof(subject: Subject, folder: Path) -> dict[str, object]:
    arrays = {f"batch{batch}": subject.images(batch).numpy() for batch in _BATCHES}
    threads = torch.get_num_threads()
    answers = clean.run(_SCRIPT, arrays, folder=folder, packages=("torch",), threads=threads, what=MODULE)
    logits = {len(each): torch.from_numpy(each) for each in answers.values()}
    difference = subject.largest_difference(lambda images: logits[len(images)], what=MODULE, batches=_BATCHES)
    return {
        "read_again_with": "torch alone, in a clean process",
        "batches": list(_BATCHES),
        "largest_difference": difference,
        "tolerance": TOLERANCE,
    }


formats.register("python", write)
