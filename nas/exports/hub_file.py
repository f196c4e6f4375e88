"""hub/: a folder as the Hugging Face hub expects it, to be uploaded as it is.

config.json, model.safetensors, README.md as the model card, and model.py, without which no one could run it. The card's
front matter follows the hub's specification of model cards, its results that of Papers with Code (`model-index`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from nas.exports import safetensors_file
from nas.exports.formats import Format, Written, formats
from nas.exports.source import python_file
from nas.exports.source.layout import prose
from nas.exports.source.page import MODULE
from nas.exports.subject import Subject

FOLDER = "hub"
CONFIG = "config.json"
CARD = "README.md"
_ERRORS = {"error": "validation error", "test_error": "test error"}
_CARD = """---
{front}---

# {title}

A convolutional network of depth {depth}: {params:,} params, {macs:,} multiply-accumulates for one image of {shape}. It tells
{classes} classes of {data} apart.
{measured}
## Use

`{weights}` holds the weights, `{module}` the network in plain PyTorch; torch and safetensors are all that is needed.

```python
import torch
from model import CLASSES, load, normalise

network = load()
with torch.no_grad():
    logits = network(normalise(images))  # (batch, {shape_code}), intensities from 0 to 1
print([CLASSES[number] for number in logits.argmax(1)])
```
"""


def write(subject: Subject, folder: Path) -> Written:
    """Writes the folder. Raises ExportError where a process that has torch and safetensors alone computes something else."""
    place = folder / FOLDER
    place.mkdir()
    proof = safetensors_file.write_with_source(subject, place)
    (place / CONFIG).write_text(json.dumps(config(subject), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (place / CARD).write_text(card(subject), encoding="utf-8")
    beside = tuple(f"{FOLDER}/{name}" for name in (MODULE, CONFIG, CARD))
    return Written(f"{FOLDER}/{safetensors_file.FILE}", proof, safetensors_file.PACKAGES, beside=beside)


def config(subject: Subject) -> dict[str, Any]:
    """config.json: what the hub and its readers look for, and the genome."""
    data = subject.data.to_dict()
    channels, *sides = data["shape"]
    return {
        "architectures": ["Network"],
        "model_type": "convolutional-network",
        "num_channels": channels,
        "image_size": sides,
        "num_labels": len(data["classes"]),
        "id2label": {str(number): name for number, name in enumerate(data["classes"])},
        "label2id": {name: number for number, name in enumerate(data["classes"])},
        "rescale_factor": 1 / 255,
        "image_mean": data["mean"],
        "image_std": data["std"],
        "torch_dtype": "float32",
        "genome": subject.genome.to_dict(),
    }


def card(subject: Subject) -> str:
    """README.md: the model card with its front matter."""
    genome, data = subject.genome, subject.data
    shape = [str(size) for size in data.shape]
    rows = "".join(
        f"| {words} | {100 * subject.metrics[key]:.2f} % |\n" for key, words in _ERRORS.items() if key in subject.metrics
    )
    return _CARD.format(
        front=yaml.safe_dump(_front(subject), sort_keys=False, allow_unicode=True),
        title=_title(subject),
        depth=genome.depth,
        params=genome.params,
        macs=genome.macs,
        shape=" x ".join(shape),
        shape_code=", ".join(shape),
        classes=len(data.classes),
        data=prose(data.name),
        measured=f"\n| measured on {prose(data.name)} | |\n| --- | --- |\n{rows}" if rows else "",
        weights=safetensors_file.FILE,
        module=MODULE,
    )


def _title(subject: Subject) -> str:
    return f"{prose(subject.data.name)}-{subject.genome.fingerprint[:8]}"


def _front(subject: Subject) -> dict[str, Any]:
    """The front matter; results only where the network was measured on the test part."""
    task = {"type": "image-classification", "name": "Image Classification"}
    front: dict[str, Any] = {
        "library_name": "pytorch",
        "pipeline_tag": task["type"],
        "tags": [task["type"], "pytorch", "neural-architecture-search"],
    }
    error = subject.metrics.get("test_error")
    if error is not None:
        name = prose(subject.data.name)
        accuracy = {"type": "accuracy", "value": round(1 - error, 6), "name": "Accuracy"}
        dataset = {"type": name, "name": name, "split": "test"}
        result = {"task": task, "dataset": dataset, "metrics": [accuracy]}
        front |= {"metrics": ["accuracy"], "model-index": [{"name": _title(subject), "results": [result]}]}
    return front


formats.register("hub", Format(write, python_file.check))
